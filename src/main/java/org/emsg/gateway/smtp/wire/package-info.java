/// SMTP as bytes: lines, commands, replies, message data (RFC 5321). Pure but for the two streams.
///
/// Server sessions and client links use it. It knows no mail, no address book and no network but
/// the connection that it is given.
@NullMarked
package org.emsg.gateway.smtp.wire;

import org.jspecify.annotations.NullMarked;
