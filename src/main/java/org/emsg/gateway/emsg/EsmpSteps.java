package org.emsg.gateway.emsg;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.emsg.gateway.gateway.IntakeResult;
import org.emsg.gateway.gateway.MappedMessage;
import org.emsg.gateway.model.Outcome;

/// The edge's steps under the names by which the route files call them.
final class EsmpSteps {
  private final EsmpVerifier verifier;
  private final EsmpTranslator translator;
  private final EsmpSigner signer;

  EsmpSteps(EsmpVerifier verifier, EsmpTranslator translator, EsmpSigner signer) {
    this.verifier = verifier;
    this.translator = translator;
    this.signer = signer;
  }

  void register(CamelContext camel) {
    bind(camel, "esmpVerify", this::verify);
    bind(camel, "esmpTranslateIn", this::translateIn);
    bind(camel, "esmpTranslateOut", this::translateOut);
    bind(camel, "esmpSign", this::sign);
  }

  private static void bind(CamelContext camel, String name, Processor step) {
    camel.getRegistry().bind(name, step);
  }

  private void verify(Exchange exchange) {
    switch (verifier.verify(body(exchange, EsmpInbound.class))) {
      case EsmpVerifier.Checked.Passed(EsmpInbound.Verified verified) ->
          exchange.getMessage().setBody(verified);
      case EsmpVerifier.Checked.Refused(IntakeResult result) -> end(exchange, result);
    }
  }

  private void translateIn(Exchange exchange) {
    switch (translator.toModel(body(exchange, EsmpInbound.Verified.class))) {
      case EsmpTranslator.Translated.Accepted(var envelope) ->
          exchange.getMessage().setBody(envelope);
      case EsmpTranslator.Translated.Refused(IntakeResult result) -> end(exchange, result);
    }
  }

  private void translateOut(Exchange exchange) {
    MappedMessage mapped = body(exchange, MappedMessage.class);
    switch (translator.fromModel(mapped)) {
      case EsmpTranslator.Outbound.Forward(var line) ->
          exchange.getMessage().setBody(new EsmpOutbound.Signed(mapped.message().lane(), line));
      case EsmpTranslator.Outbound.Unsigned(var json, var sender) ->
          exchange
              .getMessage()
              .setBody(new EsmpOutbound.Unsigned(mapped.message().lane(), json, sender));
      case EsmpTranslator.Outbound.Untranslatable(var reason) ->
          end(exchange, new Outcome.Rejected(reason));
    }
  }

  private void sign(Exchange exchange) {
    switch (body(exchange, EsmpOutbound.class)) {
      case EsmpOutbound.Signed _ -> {}
      case EsmpOutbound.Unsigned(var lane, var json, var sender) ->
          exchange.getMessage().setBody(new EsmpOutbound.Signed(lane, signer.sign(json, sender)));
    }
  }

  private static void end(Exchange exchange, Object answer) {
    exchange.getMessage().setBody(answer);
    exchange.setRouteStop(true);
  }

  private static <T> T body(Exchange exchange, Class<T> type) {
    Object body = exchange.getMessage().getBody();
    if (!type.isInstance(body)) {
      throw new IllegalArgumentException(
          "this step takes a " + type.getSimpleName() + ": are the route's steps in order?");
    }
    return type.cast(body);
  }
}
