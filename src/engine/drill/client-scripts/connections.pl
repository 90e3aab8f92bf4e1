# Wayout: holds open TCP connections over a failover, and proves each one before and after it. Needs perl-base only.
#   perl connections.pl FOLDER echo ADDRESS PORT COUNT SECONDS
#   perl connections.pl FOLDER http ADDRESS PORT COUNT SECONDS HOST PATH
# echo: a token must come back. http: half a request is sent before, the other half after, and an answer must come.
use strict;
use warnings;
use Socket;
use Fcntl;
use Errno qw(EINPROGRESS EAGAIN EINTR);
use POSIX ();

my ($folder, $mode, $address, $port, $count, $seconds, $host, $path) = @ARGV;
my $proof_seconds = 10;
$SIG{PIPE} = 'IGNORE';

# Milliseconds since 1970. Time::HiRes is not in perl-base, and then the kernel is asked by number.
my $hires = eval { require Time::HiRes; 1 };
my %clock_gettime = (x86_64 => 228, aarch64 => 113, riscv64 => 113, ppc64le => 246, s390x => 260);
my $call = $clock_gettime{(POSIX::uname())[4]};
sub now {
  return Time::HiRes::time() * 1000 if $hires;
  return time() * 1000 unless $call;
  my $time = pack('q2', 0, 0);
  syscall($call, 0, $time);
  my ($s, $ns) = unpack('q2', $time);
  return $s * 1000 + $ns / 1e6;
}

my $target = inet_aton($address) or finish("no address of $address");
$target = sockaddr_in($port, $target);
my (@open, %failed);
# What select watches: connections that are held, and those that are being made.
my ($held, $making) = ('', '');
my $began = now();

sub token { my ($one, $word) = @_; return "wayout $one->{number} $word\n"; }
sub lose {
  my ($one, $how) = @_;
  vec($held, fileno($one->{socket}), 1) = 0;
  vec($making, fileno($one->{socket}), 1) = 0;
  close $one->{socket};
  @$one{qw(state how at)} = ('lost', $how, now());
}
sub say_to {
  my ($one, $text) = @_;
  my $wrote = syswrite($one->{socket}, $text);
  lose($one, 'reset') if !defined $wrote && $! != EAGAIN;
}
sub hear {
  my ($one) = @_;
  my $got = sysread($one->{socket}, my $text, 4096);
  if (!defined $got) { lose($one, 'reset') unless $! == EAGAIN || $! == EINTR; return; }
  if ($got == 0) { lose($one, 'closed'); return; }
  $one->{heard} = substr($one->{heard} . $text, -200);
  my $wanted = $one->{wanted};
  return unless defined $wanted && $one->{heard} =~ $wanted;
  $one->{state} = $one->{state} eq 'proving' ? 'open' : 'kept';
  $one->{wanted} = undef;
}
sub made {
  my ($one) = @_;
  my $error = unpack('i', getsockopt($one->{socket}, SOL_SOCKET, SO_ERROR));
  vec($making, fileno($one->{socket}), 1) = 0;
  if ($error) { $! = $error; $failed{"$!"}++; lose($one, 'refused'); return; }
  vec($held, fileno($one->{socket}), 1) = 1;
  if ($mode eq 'echo') {
    @$one{qw(state wanted)} = ('proving', qr/\Q@{[token($one, 'before')]}\E$/);
    say_to($one, token($one, 'before'));
  } else {
    $one->{state} = 'open';
    say_to($one, "GET $path HTTP/1.1\r\nHost: $host\r\nUser-Agent: wayout-drill\r\nConnection: close\r\n");
  }
}
# Waits for at most so long, and takes what is there.
sub turn {
  my ($wait_seconds) = @_;
  my $found = select(my $readable = $held, my $writable = $making, undef, $wait_seconds);
  return if $found <= 0;
  for my $one (@open) {
    next if $one->{state} eq 'lost' || $one->{state} eq 'kept';
    my $number = fileno($one->{socket});
    if (vec($writable, $number, 1)) { made($one); }
    elsif (vec($readable, $number, 1)) { hear($one); }
  }
}
sub in_state { my ($state) = @_; return grep { $_->{state} eq $state } @open; }

# 1. Open them, not all at once.
my $deadline = $began + 10_000;
my $possible = $count;
while (now() < $deadline) {
  my $pending = in_state('making') + in_state('proving');
  last if @open == $possible && $pending == 0;
  while (@open < $possible && $pending < 200) {
    my $socket;
    if (!socket($socket, PF_INET, SOCK_STREAM, 0)) { $failed{"$!"} = $count - @open; $possible = @open; last; }
    fcntl($socket, F_SETFL, fcntl($socket, F_GETFL, 0) | O_NONBLOCK);
    my $one = { number => scalar @open, socket => $socket, state => 'making', heard => '' };
    push @open, $one;
    $pending++;
    vec($making, fileno($socket), 1) = 1;
    if (!connect($socket, $target) && $! != EINPROGRESS) { $failed{"$!"}++; lose($one, 'refused'); }
  }
  turn(0.1);
}
for my $one (in_state('making'), in_state('proving')) { $failed{'no answer'}++; lose($one, 'refused'); }
$failed{'not tried within 10 s'} = $possible - @open if @open < $possible;
@open = in_state('open');
my $why = join ', ', map { "$_: $failed{$_}" } sort keys %failed;
write_file('connections.ready', 'opened=' . scalar(@open) . "\n" . ($why eq '' ? '' : "failed=$why\n"));

# 2. Hold them. Every tenth one talks once a second, so that packets are under way when it happens.
my $end = $began + $seconds * 1000;
my ($next, $turn) = (now(), 0);
while (!-e "$folder/stop" && now() < $end) {
  if ($mode eq 'echo' && now() >= $next) {
    $next = now() + 100;
    # A tenth of the talkers at a time.
    for (my $number = $turn++ % 10 * 10; $number < @open; $number += 100) {
      say_to($open[$number], "talk\n") if $open[$number]{state} eq 'open';
    }
  }
  turn(0.1);
}

# 3. Ask each one again.
for my $one (in_state('open')) {
  if ($mode eq 'echo') {
    @$one{qw(state wanted)} = ('asked', qr/\Q@{[token($one, 'after')]}\E$/);
    say_to($one, token($one, 'after'));
  } else {
    @$one{qw(state wanted)} = ('asked', qr/./s);
    say_to($one, "\r\n");
  }
}
$deadline = now() + $proof_seconds * 1000;
turn(0.1) while in_state('asked') && now() < $deadline;
lose($_, 'hanging') for in_state('asked');
finish('');

sub finish {
  my ($trouble) = @_;
  my $text = 'opened=' . scalar(@open) . "\nkept=" . scalar(in_state('kept')) . "\n";
  $text .= "failed=$trouble\n" if $trouble ne '';
  $text .= sprintf("lost=%d %s %.0f\n", @$_{qw(number how at)}) for in_state('lost');
  write_file('connections', $text);
  write_file('connections.ready', "opened=0\nfailed=$trouble\n") if $trouble ne '';
  exit 0;
}
sub write_file {
  my ($name, $text) = @_;
  open my $file, '>', "$folder/$name.new" or die "$folder/$name.new: $!";
  print $file $text;
  close $file;
  rename "$folder/$name.new", "$folder/$name";
}
