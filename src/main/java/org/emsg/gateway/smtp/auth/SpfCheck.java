package org.emsg.gateway.smtp.auth;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.james.jspf.core.DNSRequest;
import org.apache.james.jspf.core.DNSService;
import org.apache.james.jspf.core.exceptions.TimeoutException;
import org.apache.james.jspf.impl.SPF;
import org.emsg.gateway.net.Cidr;
import org.emsg.gateway.net.Dns;

/// Whether a client may send for a domain (RFC 7208): jSPF, asking our DNS. Thread-safe; blocks for
/// look-ups.
final class SpfCheck {
  private final SPF spf;
  private final List<Cidr> fronts;

  SpfCheck(Dns dns, List<Cidr> fronts) {
    this.spf = new SPF(new Lookups(dns));
    this.fronts = List.copyOf(fronts);
  }

  /// What the check said.
  ///
  /// @param result in the words of RFC 8601 §2.7.2
  /// @param domain whose policy it was: that of the envelope sender, or of HELO for the null sender
  record Result(String result, String domain) {}

  /// `none` for a server in front of us: it hands on what everybody sends, and may well be one of
  /// the domain's own.
  Result check(InetAddress client, String reversePath, String helo) {
    int at = reversePath.lastIndexOf('@');
    String domain = (at < 0 ? helo : reversePath.substring(at + 1)).toLowerCase(Locale.ROOT);
    if (!isDomainName(domain)) {
      return new Result("none", "");
    }
    if (fronts.stream().anyMatch(block -> block.contains(client))) {
      return new Result("none", domain);
    }
    String result = spf.checkSPF(client.getHostAddress(), reversePath, helo).getResult();
    return new Result(result.toLowerCase(Locale.ROOT), domain);
  }

  private static boolean isDomainName(String domain) {
    return !domain.isEmpty()
        && domain.length() <= 253
        && domain.indexOf('.') > 0
        && domain
            .chars()
            .allMatch(c ->
                c == '.' || c == '-' || c == '_' || (c < 0x80 && Character.isLetterOrDigit(c)));
  }

  /// jSPF's questions, put to our DNS. The obsolete SPF type is not asked for (RFC 7208 §3.1), and
  /// PTR neither: `ptr` ought not to be used (§5.5) and matches nothing here.
  private record Lookups(Dns dns) implements DNSService {
    private static final int MAX_RECORDS = 10;

    @Override
    @SuppressWarnings("NullAway") // jSPF takes null for "there is none"
    public List<String> getRecords(DNSRequest request) throws TimeoutException {
      List<String> records =
          switch (request.getRecordType()) {
            case DNSRequest.A -> hosts(request.getHostname(), 4);
            case DNSRequest.AAAA -> hosts(request.getHostname(), 16);
            case DNSRequest.MX ->
                found(DnsAnswers.await(dns.mx(request.getHostname()))).stream()
                    .map(Dns.Mx::target)
                    .filter(target -> !target.isEmpty())
                    .toList();
            case DNSRequest.TXT -> found(DnsAnswers.await(dns.txt(request.getHostname())));
            default -> List.of();
          };
      // jSPF takes the records off the list one by one.
      return records.isEmpty() ? null : new ArrayList<>(records);
    }

    private List<String> hosts(String name, int size) throws TimeoutException {
      return found(DnsAnswers.await(dns.addresses(name))).stream()
          .filter(address -> address.getAddress().length == size)
          .map(InetAddress::getHostAddress)
          .toList();
    }

    private static <T> List<T> found(Dns.Answer<T> answer) throws TimeoutException {
      return switch (answer) {
        case Dns.Answer.Found<T> found -> found.records();
        case Dns.Answer.None<T> _ -> List.of();
        case Dns.Answer.Failed<T> failed -> throw new TimeoutException(failed.why());
      };
    }

    @Override
    public CompletionStage<List<String>> getRecordsAsync(DNSRequest request) {
      try {
        return CompletableFuture.completedFuture(getRecords(request));
      } catch (TimeoutException e) {
        return CompletableFuture.failedFuture(e);
      }
    }

    @Override
    public List<String> getLocalDomainNames() {
      return List.of();
    }

    @Override
    public void setTimeOut(int timeOut) {
      throw new UnsupportedOperationException("the DNS has its own limit");
    }

    @Override
    public int getRecordLimit() {
      return MAX_RECORDS;
    }

    @Override
    public void setRecordLimit(int recordLimit) {
      throw new UnsupportedOperationException("RFC 7208 has set it");
    }
  }
}
