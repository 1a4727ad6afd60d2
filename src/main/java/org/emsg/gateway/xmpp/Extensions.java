package org.emsg.gateway.xmpp;

import java.util.List;
import java.util.Optional;
import org.jivesoftware.smack.packet.ExtensionElement;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smack.packet.StandardExtensionElement;

/// The extensions of messages that we read and write. Smack parses none of them for us
/// (`stream.StanzaParser` says why), so they are read from generic elements here.
final class Extensions {
  static final String DELAY = "urn:xmpp:delay";
  static final String DISCO_INFO = "http://jabber.org/protocol/disco#info";
  static final String DISCO_ITEMS = "http://jabber.org/protocol/disco#items";
  static final String FALLBACK = "urn:xmpp:fallback:0";
  static final String NICK = "http://jabber.org/protocol/nick";
  static final String OOB = "jabber:x:oob";
  static final String ORIGIN_ID = "urn:xmpp:sid:0";
  static final String PING = "urn:xmpp:ping";
  static final String RECEIPTS = "urn:xmpp:receipts";
  static final String REPLY = "urn:xmpp:reply:0";
  static final String HINTS = "urn:xmpp:hints";

  /// Elements that mean "the body is for those who cannot read this" (XEP-0380 and what it names).
  private static final List<String> ENCRYPTED =
      List.of(
          "urn:xmpp:eme:0",
          "eu.siacs.conversations.axolotl",
          "urn:xmpp:omemo:1",
          "urn:xmpp:omemo:2",
          "urn:xmpp:openpgp:0",
          "jabber:x:encrypted",
          "urn:xmpp:otr:0",
          "http://www.xmpp.org/extensions/xep-0116.html#ns");

  private Extensions() {}

  static Optional<StandardExtensionElement> find(Message message, String name, String namespace) {
    return message.getExtensionElement(name, namespace) instanceof StandardExtensionElement element
        ? Optional.of(element)
        : Optional.empty();
  }

  static List<StandardExtensionElement> all(Message message, String name, String namespace) {
    return message.getExtensions(name, namespace).stream()
        .filter(StandardExtensionElement.class::isInstance)
        .map(StandardExtensionElement.class::cast)
        .toList();
  }

  static Optional<String> attribute(StandardExtensionElement element, String name) {
    return Optional.ofNullable(element.getAttributeValue(name)).filter(value -> !value.isEmpty());
  }

  static Optional<String> text(StandardExtensionElement element) {
    return Optional.ofNullable(element.getText()).filter(value -> !value.isEmpty());
  }

  static boolean has(Message message, String name, String namespace) {
    return message.hasExtension(name, namespace);
  }

  /// Whether the message is end-to-end encrypted, whatever its body says.
  static boolean isEncrypted(Message message) {
    for (ExtensionElement extension : message.getExtensions()) {
      if (ENCRYPTED.contains(extension.getNamespace())) {
        return true;
      }
    }
    return false;
  }

  static StandardExtensionElement empty(String name, String namespace) {
    return StandardExtensionElement.builder(name, namespace).build();
  }

  static StandardExtensionElement withId(String name, String namespace, String id) {
    return StandardExtensionElement.builder(name, namespace).addAttribute("id", id).build();
  }
}
