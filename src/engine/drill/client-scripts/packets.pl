# Wayout: a UDP packet every few milliseconds to a host that sends it back, and when each one came. Needs perl-base only.
#   perl packets.pl FOLDER ADDRESS PORT INTERVAL_MS SECONDS
use strict;
use warnings;
use Socket;
use POSIX ();

my ($folder, $address, $port, $interval, $seconds) = @ARGV;

# Milliseconds since 1970. Time::HiRes is not in perl-base, and then the kernel is asked by number.
my $hires = eval { require Time::HiRes; 1 };
my %clock_gettime = (x86_64 => 228, aarch64 => 113, riscv64 => 113, ppc64le => 246, s390x => 260);
my $call = $clock_gettime{(POSIX::uname())[4]};
die "no clock finer than a second\n" unless $hires || $call;
sub now {
  return Time::HiRes::time() * 1000 if $hires;
  my $time = pack('q2', 0, 0);
  syscall($call, 0, $time);
  my ($s, $ns) = unpack('q2', $time);
  return $s * 1000 + $ns / 1e6;
}

my $target = inet_aton($address) or die "no address of $address\n";
socket(my $socket, PF_INET, SOCK_DGRAM, 0) or die "socket: $!\n";
connect($socket, sockaddr_in($port, $target)) or die "connect: $!\n";
my $watched = '';
vec($watched, fileno($socket), 1) = 1;

# When the kernel got the last packet (SIOCGSTAMP, socket(7)): this program may have had to wait for a processor.
my $stamped = length(pack('l!', 0)) == 8;
sub received_at {
  my $time = pack('q2', 0, 0);
  return now() unless $stamped && ioctl($socket, 0x8906, $time);
  my ($s, $us) = unpack('q2', $time);
  return $s * 1000 + $us / 1000;
}
received_at();

my (@sent, @received);
sub take {
  my ($wait_ms) = @_;
  while (select(my $readable = $watched, undef, undef, $wait_ms > 0 ? $wait_ms / 1000 : 0) > 0) {
    my $got = recv($socket, my $text, 100, MSG_DONTWAIT);
    # An ICMP error of an earlier packet.
    next unless defined $got;
    $received[$1] //= received_at() if $text =~ /^wayout (\d+)/ && defined $sent[$1];
    return if $wait_ms > 0;
  }
}

my $began = now();
my $next = $began;
while (now() < $began + $seconds * 1000 && (@sent % 20 || !-e "$folder/stop")) {
  my $wait = $next - now();
  if ($wait > 0) { take($wait); next; }
  push @sent, now();
  send($socket, "wayout $#sent", 0);
  $next += $interval;
  # After a pause of this program there is no catching up.
  $next = now() + $interval if $next < now() - $interval;
  take(0);
}
my $last = now() + 1000;
take($last - now()) while now() < $last;

open my $file, '>', "$folder/packets.new" or die "$folder/packets.new: $!\n";
printf $file "base=%.3f\n", $began;
for my $number (0 .. $#sent) {
  printf $file "%.2f %s\n", $sent[$number] - $began,
    defined $received[$number] ? sprintf('%.2f', $received[$number] - $began) : '-';
}
close $file;
rename "$folder/packets.new", "$folder/packets";
