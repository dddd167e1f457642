package dev.mayfly.outbound;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;

/**
 * Which addresses a message may be sent to. The broker stands where much can be reached from that a
 * stranger cannot reach, so a name that leads into a private network is refused unless the channel
 * says otherwise. The address that was judged is the one that is connected to: a name that changes
 * its mind in between changes nothing.
 */
public final class Destinations {

  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final int BYTE = 0xff;

  private Destinations() {}

  /** TLS, or this very machine by a name that needs no look-up. */
  public static boolean isProtected(URI uri) {
    return uri.getHost() != null
        && uri.getUserInfo() == null
        && ("https".equals(uri.getScheme()) || ("http".equals(uri.getScheme()) && isHere(uri)));
  }

  public static boolean isHere(URI uri) {
    return LOOPBACK.contains(uri.getHost());
  }

  /** One address of the URI's host; a failure when any of them may not be reached. */
  static Uni<InetAddress> find(URI uri, boolean privateToo) {
    return lookUp(uri.getHost())
        .chain(
            found ->
                privateToo || found.stream().allMatch(Destinations::isPublic)
                    ? Uni.createFrom().item(found.getFirst())
                    : Uni.createFrom().failure(new PrivateAddress()));
  }

  /** The platform's look-up blocks. */
  private static Uni<List<InetAddress>> lookUp(String host) {
    return Uni.createFrom()
        .<List<InetAddress>>emitter(
            emitter -> {
              try {
                emitter.complete(List.of(InetAddress.getAllByName(host)));
              } catch (UnknownHostException e) {
                emitter.fail(e);
              }
            })
        .runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
  }

  /** Whether everybody may reach it: not RFC 6890's special purposes, in either version. */
  static boolean isPublic(InetAddress address) {
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return false;
    }
    byte[] bytes = address.getAddress();
    int first = bytes[0] & BYTE;
    int second = bytes[1] & BYTE;
    return address instanceof Inet4Address
        ? isPublic4(first, second, bytes[2] & BYTE)
        : isPublic6(first, second, bytes[2] & BYTE, bytes[3] & BYTE);
  }

  private static boolean isPublic4(int first, int second, int third) {
    boolean thisNetwork = first == 0;
    boolean carrier = first == 100 && second >= 64 && second < 128; // 100.64.0.0/10
    boolean protocols = first == 192 && second == 0 && third == 0; // 192.0.0.0/24
    boolean benchmarks = first == 198 && (second == 18 || second == 19); // 198.18.0.0/15
    boolean reserved = first >= 240;
    return !(thisNetwork || carrier || protocols || benchmarks || reserved);
  }

  /** Global unicast is 2000::/3; 2002::/16 (6to4) and 2001::/23 (Teredo) hide another address. */
  private static boolean isPublic6(int first, int second, int third, int fourth) {
    boolean global = first >= 0x20 && first < 0x40;
    boolean sixToFour = first == 0x20 && second == 0x02;
    boolean protocols = first == 0x20 && second == 0x01 && third < 2;
    boolean documentation = first == 0x20 && second == 0x01 && third == 0x0d && fourth == 0xb8;
    return global && !sixToFour && !protocols && !documentation;
  }
}
