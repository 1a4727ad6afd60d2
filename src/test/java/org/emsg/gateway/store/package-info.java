/// The contracts of the store's ports, and both engines held to them.
@NullMarked
package org.emsg.gateway.store;

import org.jspecify.annotations.NullMarked;
