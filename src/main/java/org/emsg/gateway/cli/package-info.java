/// The command line: `emsg-gateway run | user | key | address | send | listen | trace | outbox |
/// dns`.
///
/// What changes state asks the running gateway through its admin interface; `send` and `listen` are
/// EMSG clients like any other, over the network. `app` is reached through [Installation] alone.
@NullMarked
package org.emsg.gateway.cli;

import org.jspecify.annotations.NullMarked;
