# Wayout: a sample of the connections that this host has, and of those that the other proxy told it of: the smallest of their
# hashes. Both proxies sample alike, so that what both know can be compared without sending all of it.
#   perl sample SALT
my ($salt) = @ARGV;
my $most = 1000;

# Murmur3's mixing, one word at a time; the salt keeps an outsider from choosing connections that sample alike.
sub mixed {
    my ($hash, $word) = @_;
    $word = ($word * 0xcc9e2d51) & 0xffffffff;
    $word = (($word << 15) | ($word >> 17)) & 0xffffffff;
    $hash ^= ($word * 0x1b873593) & 0xffffffff;
    $hash = (($hash << 13) | ($hash >> 19)) & 0xffffffff;
    return ($hash * 5 + 0xe6546b64) & 0xffffffff;
}

sub hash_of {
    my ($one) = @_;
    my $hash = $salt;
    # Of IPv6 addresses and GRE keys, their letters.
    for my $part (map { defined $_ ? $_ : 0 } @$one{qw(protocol from to source_port port type code id)}) {
        my $number = $part =~ /^\d+$/ ? $part : number($part);
        $hash = mixed($hash, $_) for defined $number ? $number : unpack('N*', $part . "\0\0\0");
    }
    $hash ^= $hash >> 16;
    $hash = ($hash * 0x85ebca6b) & 0xffffffff;
    return $hash ^ ($hash >> 13);
}

sub sample {
    my ($name, $flag) = @_;
    open(my $told, '-|', 'timeout', '10', 'conntrackd', '-C', '/etc/wayout/pair/conntrackd.conf', $flag) or return;
    my ($count, $foreign, $first, $limit, @hashes) = (0, 0, '', 0xffffffff);
    while (my $line = <$told>) {
        my $one = parsed($line) or next;
        $count++;
        if ($flag eq '-e') {
            my $why = foreign($one);
            if ($why ne '' && $why ne 'own') { $foreign++; $first ||= "$one->{from} to $one->{to} $why" }
        }
        my $hash = hash_of($one);
        push @hashes, $hash if $hash <= $limit;
        next if @hashes < 8 * $most;
        @hashes = (sort { $a <=> $b } @hashes)[ 0 .. $most - 1 ];
        $limit = $hashes[-1];
    }
    close($told) or return;
    @hashes = sort { $a <=> $b } @hashes;
    $#hashes = $most - 1 if @hashes > $most;
    print "$name=$count @hashes\n";
    print "foreign=$foreign $first\n" if $foreign;
}

sample('internal', '-i');
sample('external', '-e');
