# Wayout: goes through the connections that this proxy of a pair has taken over.
#   { conntrack -L; conntrack -L -f ipv6; } | perl open-groups DEVICE MAC-OF-THE-ROUTER [last]
# Those of the gateway get their way back through the cloud's stateful security groups. A group lets in what answers something
# that went out by this NIC, and by this NIC nothing has gone out yet: a download, whose client says nothing, would wait for ever.
# So for every connection one packet goes out that the first router drops (its TTL is 1). It goes past the host's own connection
# tracking, in which these connections are already.
# Those that are not the gateway's are removed from the kernel if it was the other proxy that told of them. It runs once more
# after what the other one told meanwhile; that time, the last one, counts them.
use Socket qw(inet_aton inet_pton AF_INET AF_INET6 SOCK_DGRAM SOCK_RAW);

my ($device, $router, $last) = @ARGV;
my $packets = 17;    # AF_PACKET, packet(7)
my $ipv4 = 0x0800;
my ($out, $to);
if ($router) {
    socket($out, $packets, SOCK_DGRAM, unpack('S', pack('n', $ipv4))) or die "no packet socket: $!";
    open(my $index_file, '<', "/sys/class/net/$device/ifindex") or die "no device $device: $!";
    chomp(my $index = <$index_file>);
    # struct sockaddr_ll
    $to = pack('S n i S C C H12 x2', $packets, $ipv4, $index, 0, 0, 6, join('', split(/:/, $router)));
}

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

my %makes = (6 => \&tcp, 17 => \&udp);

# The second tuple says how the answers look: they come from the far host to the virtual IP.
sub let_back_in {
    my ($one) = @_;
    my $make = $makes{ $one->{protocol} };
    return unless $out && $make && defined $one->{far_port} && ($one->{translated} || '') ne $one->{from};
    my ($from, $destination) = (inet_aton($one->{translated}), inet_aton($one->{far}));
    my $payload = $make->($from, $destination, $one->{translated_port}, $one->{far_port});
    send($out, ip($one->{protocol}, $from, $destination, $payload), 0, $to);
}

# An attribute of netlink(7), padded to four bytes; the upper bit says that it holds others.
sub attribute {
    my ($type, $value) = @_;
    return pack('S S a*', 4 + length($value), $type, $value) . "\0" x (-length($value) & 3);
}
sub nested { return attribute($_[0] | 0x8000, $_[1]) }

# linux/netfilter/nfnetlink_conntrack.h: IPCTNL_MSG_CT_DELETE with CTA_TUPLE_ORIG.
my $netlink;
sub forget {
    my ($one) = @_;
    $netlink || socket($netlink, 16, SOCK_RAW, 12) or return;
    my $six = $one->{from} =~ /:/;
    my $family = $six ? AF_INET6 : AF_INET;
    my ($source, $destination) = map { inet_pton($family, $_) } @$one{qw(from to)};
    return unless defined $source && defined $destination;
    my $ip = attribute($six ? 3 : 1, $source) . attribute($six ? 4 : 2, $destination);
    my $protocol = attribute(1, pack('C', $one->{protocol}));
    my ($id, $type, $code) = $one->{protocol} == 58 ? (7, 8, 9) : (4, 5, 6);
    my $port = sub { my ($text) = @_; return pack('n', $text =~ /^0x/ ? hex $text : $text) };
    $protocol .= attribute(2, $port->($one->{source_port})) . attribute(3, $port->($one->{port})) if defined $one->{source_port};
    $protocol .= attribute($id, pack('n', $one->{id})) if defined $one->{id};
    $protocol .= attribute($type, pack('C', $one->{type})) . attribute($code, pack('C', $one->{code})) if defined $one->{type};
    my $body = pack('C C n', $family, 0, 0) . nested(1, nested(1, $ip) . nested(2, $protocol));
    $body .= attribute(18, pack('n', $one->{zone})) if defined $one->{zone};
    send($netlink, pack('L S S L L', 16 + length($body), (1 << 8) | 2, 1, 0, 0) . $body, 0);
}

my %suspects;
while (my $line = <STDIN>) {
    my $one = parsed($line) or next;
    my $why = foreign($one);
    if ($why eq '') { let_back_in($one) }
    else { $suspects{ name_of($one) } = [ $one, $why ] }
}
exit 0 unless %suspects;

# The kernel has this host's own connections too, and those of others that pass here: only what the other proxy told of goes.
open(my $told, '-|', 'conntrackd', '-C', '/etc/wayout/pair/conntrackd.conf', '-e') or exit 0;
my ($count, $first) = (0, '');
while (my $line = <$told>) {
    my $one = parsed($line) or next;
    my $suspect = $suspects{ name_of($one) } or next;
    forget($suspect->[0]);
    next if $suspect->[1] eq 'own';
    $count++;
    $first ||= "$one->{from} to $one->{to} $suspect->[1]";
}
exit 0 unless $count && $last;
print "wayout-pair: $count connections of the other proxy were not taken over: the one from $first\n";
my $path = '/run/wayout-pair/refused';
my $before = 0;
if (open(my $file, '<', $path)) { $before = <$file> || 0 }
open(my $file, '>', "$path.new") or exit 0;
print $file $before + $count, "\n";
close($file) && rename("$path.new", $path);
