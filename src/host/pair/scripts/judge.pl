# Wayout: which connections are this gateway's, so that they may be taken over from the other proxy. Put ahead of the scripts
# that need it. What the other proxy tells is input: it may be wrong, or somebody else may have told it.
use strict;
use warnings;
use integer;

# Four octets as a number; undef for anything else (IPv6).
sub number {
    my ($text) = @_;
    return undef unless defined $text && $text =~ /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
    return ($1 << 24) + ($2 << 16) + ($3 << 8) + $4;
}

sub range {
    my ($first, $length) = split m{/}, $_[0];
    my $mask = (0xffffffff << (32 - $length)) & 0xffffffff;
    return [ number($first) & $mask, $mask ];
}

# As the rules have them, and the pair's own addresses: %gateway and %pair. Rules of an older Wayout do not say.
my (%gateway, %pair);
for my $path (qw(/etc/wayout/rules.nft /etc/wayout/rules.iptables)) {
    open(my $rules, '<', $path) or next;
    while (<$rules>) { $gateway{$1} = [ map { range($_) } split ' ', $2 ] if /^# (served|destinations|vpc|closed) ?(.*)$/ }
    last if $gateway{served};
}
if (open(my $settings, '<', '/etc/wayout/pair/settings')) {
    while (<$settings>) { $pair{$1} = number($2) if /^(address|peer|inner|outer)=(\S+)$/ }
}
my %own = map { $_ => 1 } grep { defined } values %pair;

sub within {
    my ($address, $name) = @_;
    for (@{ $gateway{$name} }) { return 1 if ($address & $_->[1]) == $_->[0] }
    return 0;
}

# Protocol and both tuples of a line of `conntrack -L`, `conntrackd -i` or `conntrackd -e`; undef for another line.
sub parsed {
    my ($line) = @_;
    # Nearly all lines, in one go: there may be a million of them.
    if ($line =~ /^\S+\s+(\d+) .*?\bsrc=(\S+) dst=(\S+) sport=(\d+) dport=(\d+) (?:.*?\bsrc=(\S+) dst=(\S+) sport=(\d+) dport=(\d+))?/) {
        my %one = (protocol => $1, from => $2, to => $3, source_port => $4, port => $5);
        @one{qw(far translated far_port translated_port)} = ($6, $7, $8, $9) if defined $6;
        $one{zone} = $1 if $line =~ /\bzone=(\d+)/;
        return \%one;
    }
    my ($protocol) = $line =~ /^\S+\s+(\d+) / or return undef;
    my %of;
    while ($line =~ /(\w+)=(\S+)/g) { push @{ $of{$1} }, $2 }
    return undef unless $of{src} && $of{dst};
    my @first = map { ($_ => ($of{$_} || [])->[0]) } qw(type code id zone);
    return {
        protocol => $protocol, @first,
        from => $of{src}[0], to => $of{dst}[0], far => $of{src}[1], translated => $of{dst}[1],
        source_port => ($of{srckey} || [])->[0], port => ($of{dstkey} || [])->[0],
    };
}

# The connection's name: what it is called before it is translated.
sub name_of {
    my ($one) = @_;
    return join ' ', map { defined $one->{$_} ? $one->{$_} : '-' } qw(protocol from to source_port port type code id);
}

# Why the connection is not this gateway's; empty when it is. `own` is one with a proxy itself, which ends with that proxy.
sub foreign {
    my ($one) = @_;
    return '' unless $gateway{served};
    my ($from, $to) = (number($one->{from}), number($one->{to}));
    return 'is not IPv4' unless defined $from && defined $to;
    return 'own' if $own{$from} || $own{$to};
    return 'comes from a source that is not served' unless within($from, 'served');
    return 'goes to a closed destination' if within($to, 'closed');
    my $in_vpc = within($to, 'vpc');
    return 'goes to a destination that is not the gateway\'s' unless $in_vpc || within($to, 'destinations');
    return 'is led to another destination' if defined $one->{far} && $one->{far} ne $one->{to};
    return '' unless defined $one->{translated};
    my $translated = number($one->{translated});
    my $wanted = $in_vpc ? $from : $pair{outer};
    return defined $translated && defined $wanted && $translated == $wanted ? '' : 'is translated to something else than the pair\'s address';
}
