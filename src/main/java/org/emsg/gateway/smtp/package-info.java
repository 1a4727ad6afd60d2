/// The mail edge: an SMTP server for what comes, an SMTP client for what goes, and between them the
/// translation of mail to the gateway's own words and back.
///
/// Camel routes call its steps (`smtpVerify`, `smtpTranslateIn`, `smtpTranslateOut`, `smtpSign`);
/// `app` makes one [SmtpEdge]. It knows no other edge. mime4j, jDKIM and jSPF stay in here.
@NullMarked
package org.emsg.gateway.smtp;

import org.jspecify.annotations.NullMarked;
