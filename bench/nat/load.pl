# The load for the NAT benchmark. Perl, which every Debian has: it spends three times less of a core on a connection
# than Node does, so that what is measured is the kernel in between. Prints one JSON object.
#   accept            takes connections, each until its other end resets it
#   sink              counts what each connection sends, then tells the sender how much and from which address it came
#   connect N TO...   N connections one after the other, each opened, counted and reset
#   send SECONDS TO   one stream for that long
use strict;
use warnings;
use Socket;
use Time::HiRes 'time';

my ($role, @arguments) = @ARGV;
my $port = $role eq 'accept' || $role eq 'connect' ? 7000 : 7001;
my $reset = pack('ii', 1, 0);    # SO_LINGER of no seconds: a reset instead of TIME_WAIT, which would use up the ports

sub opened { socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "socket: $!"; return $socket }

sub listening {
    my $socket = opened();
    bind($socket, pack_sockaddr_in($port, INADDR_ANY)) or die "bind: $!";
    listen($socket, 65535) or die "listen: $!";
    $| = 1;
    print "ready\n";
    return $socket;
}

if ($role eq 'accept') {
    my $listener = listening();
    while (accept(my $connection, $listener)) {
        sysread($connection, my $nothing, 1);
        close $connection;
    }
} elsif ($role eq 'sink') {
    my $listener = listening();
    while (my $peer = accept(my $connection, $listener)) {
        my ($bytes, $part) = (0, '');
        while (my $length = sysread($connection, $part, 1 << 20)) { $bytes += $length }
        my (undef, $address) = unpack_sockaddr_in($peer);
        syswrite($connection, "$bytes " . inet_ntoa($address));
        close $connection;
    }
} elsif ($role eq 'connect') {
    my ($count, @names) = @arguments;
    my @servers = map { pack_sockaddr_in($port, inet_aton($_)) } @names;
    my $failed = 0;
    my $start = time;
    for my $number (1 .. $count) {
        my $socket = opened();
        connect($socket, $servers[$number % @servers]) or $failed++;
        setsockopt($socket, SOL_SOCKET, SO_LINGER, $reset);
        close $socket;
    }
    printf qq({"count":%d,"failed":%d,"seconds":%.6f}\n), $count, $failed, time - $start;
} elsif ($role eq 'send') {
    my ($seconds, $name) = @arguments;
    my $socket = opened();
    connect($socket, pack_sockaddr_in($port, inet_aton($name))) or die "connect: $!";
    my $part = "\0" x (1 << 18);
    my $start = time;
    while (time - $start < $seconds) { syswrite($socket, $part) or die "write: $!" }
    shutdown($socket, 1);
    sysread($socket, my $answer, 100) or die "read: $!";
    my ($bytes, $seen) = split / /, $answer;
    printf qq({"bytes":%d,"seconds":%.6f,"seenAs":"%s"}\n), $bytes, time - $start, $seen;
} else {
    die "usage: load.pl accept|sink|connect|send\n";
}
