# Wayout: opens the cloud's stateful security groups for the connections that this proxy of a pair has taken over. A group
# lets in what answers something that went out by this NIC, and by this NIC nothing has gone out yet: a download, whose
# client says nothing, would wait for ever. So for every connection one packet goes out that the first router drops (its
# TTL is 1). It goes past the host's own connection tracking, in which these connections are already.
#   conntrack -L ... | perl open-groups DEVICE MAC-OF-THE-ROUTER
use strict;
use warnings;
use Socket;

my ($device, $router) = @ARGV;
my $packets = 17;    # AF_PACKET, packet(7)
my $ipv4 = 0x0800;
socket(my $out, $packets, SOCK_DGRAM, unpack('S', pack('n', $ipv4))) or die "no packet socket: $!";
open(my $index_file, '<', "/sys/class/net/$device/ifindex") or die "no device $device: $!";
chomp(my $index = <$index_file>);
# struct sockaddr_ll
my $to = pack('S n i S C C H12 x2', $packets, $ipv4, $index, 0, 0, 6, join('', split(/:/, $router)));

sub checksum {
    my ($bytes) = @_;
    $bytes .= "\0" if length($bytes) % 2;
    my $sum = 0;
    $sum += $_ for unpack('n*', $bytes);
    $sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
    return ~$sum & 0xffff;
}

sub ip {
    my ($protocol, $from, $destination, $payload) = @_;
    my $head = sub { pack('C C n n n C C n a4 a4', 0x45, 0, 20 + length($payload), 0, 0, 1, $protocol, $_[0], $from, $destination) };
    return $head->(checksum($head->(0))) . $payload;
}

# A bare acknowledgement, as one between two segments.
sub tcp {
    my ($from, $destination, $source_port, $port) = @_;
    my $segment = sub { pack('n n N N C C n n n', $source_port, $port, 0, 0, 0x50, 0x10, 0, $_[0], 0) };
    my $pseudo = pack('a4 a4 C C n', $from, $destination, 0, 6, 20);
    return $segment->(checksum($pseudo . $segment->(0)));
}

# Without a checksum, which UDP allows on IPv4 (RFC 768).
sub udp {
    my (undef, undef, $source_port, $port) = @_;
    return pack('n n n n', $source_port, $port, 8, 0);
}

my %kinds = (tcp => [ 6, \&tcp ], udp => [ 17, \&udp ]);
while (my $line = <STDIN>) {
    # The second half says how the answers look: they come from the far host to the virtual IP.
    my ($protocol, $reply) = $line =~ /^(\w+) .*?dport=\d+ (.*)$/ or next;
    my $kind = $kinds{$protocol} or next;
    my ($far, $own, $far_port, $own_port) = $reply =~ /src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+)/ or next;
    my ($number, $make) = @$kind;
    my ($from, $destination) = (inet_aton($own), inet_aton($far));
    send($out, ip($number, $from, $destination, $make->($from, $destination, $own_port, $far_port)), 0, $to);
}
