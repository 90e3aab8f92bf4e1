#!/usr/bin/perl
# Starts light servers and tells of their end. One process for all of them: a server costs a clone(2), some mounts and
# its sshd, no shell and no helper programs. Node cannot make namespaces itself; perl-base is on every Debian.
#
# stdin:   start ID NAMESPACE DISK HOSTNAME LOWER   (tab-separated; LOWER as overlay's lowerdir= has it)
#          kill ID SIGNAL-NUMBER
# stdout:  ready | started ID PID | failed ID TEXT | exited ID SIGNAL-NUMBER
# To be started in a mount namespace of its own. Servers end with this process, this process with stdin or its parent.
use strict;
use warnings;
use POSIX ();

# Numbers from the kernel's asm/unistd.h.
my %calls = (
    x86_64 =>
      { clone => 56, setns => 308, mount => 165, umount => 166, pivot_root => 155, sethostname => 170, prctl => 157 },
    aarch64 =>
      { clone => 220, setns => 268, mount => 40, umount => 39, pivot_root => 41, sethostname => 161, prctl => 167 },
);
my $call = $calls{ ( POSIX::uname() )[4] } or die "light-keeper: no system call numbers for this processor\n";

# From linux/mount.h, linux/sched.h and linux/prctl.h.
my ( $READ_ONLY, $NO_SUID, $NO_DEV, $NO_EXEC, $REMOUNT, $BIND, $RECURSIVE ) = ( 1, 2, 4, 8, 32, 4096, 16384 );
my ( $NEW_MOUNT, $NEW_UTS, $NEW_IPC, $NEW_PID, $NEW_NET ) =
  ( 0x20000, 0x4000000, 0x8000000, 0x20000000, 0x40000000 );
my ( $SIGCHLD, $DETACH, $SET_DEATH_SIGNAL, $DROP_CAPABILITY ) = ( 17, 2, 1, 24 );

# What systemd-nspawn leaves to a machine that has CAP_NET_ADMIN, less CAP_MKNOD (it guards devices by a control group).
my $capabilities = 0xf4ecbfff;
my $last_capability = 40;

sub system_call {
    my ( $name, @arguments ) = @_;
    my $result = syscall( $call->{$name}, @arguments );
    die "$name: $!\n" if $result == -1;
    return $result;
}

sub mount {
    my ( $source, $target, $type, $flags, $options ) = @_;
    eval { system_call( 'mount', $source, $target, $type, $flags, $options // '' ); 1 } or die "$target: $@";
}

sub write_file {
    my ( $path, $text ) = @_;
    open my $file, '>', $path or die "$path: $!\n";
    print $file $text;
    close $file or die "$path: $!\n";
}

my $parent = getppid;
system_call( 'prctl', $SET_DEATH_SIGNAL, 9, 0, 0, 0 );
$| = 1;

# Copies of the network namespaces' names would keep deleted namespaces alive. Names are looked up in the parent's
# mount namespace instead, and the directory serves for the devices that all servers see.
syscall( $call->{umount}, my $names = '/run/netns', $DETACH );
my $devices = '/run/netns';
mount( 'tmpfs', $devices, 'tmpfs', $NO_SUID, 'mode=755,size=64k' );
my %nodes = ( null => 3, zero => 5, full => 7, random => 8, urandom => 9 );
for my $name ( sort keys %nodes ) {
    system( 'mknod', '-m', '666', "$devices/$name", 'c', 1, $nodes{$name} ) == 0 or die "mknod $name failed\n";
}
system( 'mknod', '-m', '666', "$devices/tty", 'c', 5, 0 ) == 0 or die "mknod tty failed\n";
mkdir "$devices/$_" for qw(pts shm);
symlink 'pts/ptmx', "$devices/ptmx";
symlink '/proc/self/fd', "$devices/fd";
symlink "/proc/self/fd/$_->[0]", "$devices/$_->[1]" for [ 0, 'stdin' ], [ 1, 'stdout' ], [ 2, 'stderr' ];

sub enter {
    my ( $id, $namespace, $disk, $hostname, $lower ) = @_;
    # Here /proc is still the parent's, so this is our number there.
    my $pid = readlink '/proc/self';
    system_call( 'prctl', $SET_DEATH_SIGNAL, 9, 0, 0, 0 );
    system_call( 'setns', fileno $namespace, $NEW_NET );
    system_call( 'sethostname', $hostname, length $hostname );

    my $root = "$disk/root";
    mount( 'overlay', $root, 'overlay', 0, "lowerdir=$lower,upperdir=$disk/upper,workdir=$disk/work" );
    mount( 'proc', "$root/proc", 'proc', $NO_SUID | $NO_DEV | $NO_EXEC );
    # As in a machine: of the kernel's settings only those of its own network can be written.
    mount( "$root/proc/sys/net", "$root/proc/sys/net", '', $BIND );
    mount( "$root/proc/sys",     "$root/proc/sys",     '', $BIND | $RECURSIVE );
    mount( '', "$root/proc/sys", '', $BIND | $REMOUNT | $READ_ONLY | $NO_SUID | $NO_DEV | $NO_EXEC );
    mount( "$devices/null", "$root/proc/sysrq-trigger", '', $BIND ) if -e "$root/proc/sysrq-trigger";
    mount( 'sysfs', "$root/sys", 'sysfs', $READ_ONLY | $NO_SUID | $NO_DEV | $NO_EXEC );
    mount( $devices, "$root/dev", '', $BIND );
    mount( '', "$root/dev", '', $BIND | $REMOUNT | $READ_ONLY | $NO_SUID );
    mount( 'devpts', "$root/dev/pts", 'devpts', $NO_SUID | $NO_EXEC, 'newinstance,mode=620,gid=5,ptmxmode=666' );
    mount( 'tmpfs', "$root/dev/shm", 'tmpfs', $NO_SUID | $NO_DEV );
    mount( 'tmpfs', "$root/run", 'tmpfs', $NO_SUID | $NO_DEV, 'mode=755' );
    mkdir "$root/run/sshd", 0755;
    mkdir "$root/run/lock", 01777;

    chdir $root or die "chdir: $!\n";
    system_call( 'pivot_root', my $new = '.', my $old = '.' );
    system_call( 'umount', '.', $DETACH );
    chdir '/';
    for my $capability ( 0 .. $last_capability ) {
        next if $capabilities >> $capability & 1;
        syscall( $call->{prctl}, $DROP_CAPABILITY, $capability, 0, 0, 0 );
    }
    POSIX::setsid();
    %ENV = ( PATH => '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG => 'C.UTF-8' );
    print "started\t$id\t$pid\n";
    open STDIN,  '<',  '/dev/null'         or die "null: $!\n";
    open STDOUT, '>>', '/var/log/sshd.log' or die "sshd.log: $!\n";
    open STDERR, '>&', \*STDOUT            or die "stderr: $!\n";
    # -e: no syslog daemon runs here.
    exec '/usr/sbin/sshd', '-D', '-e' or die "sshd: $!\n";
}

my ( %pid_of, %id_of );

sub start {
    my ( $id, $path, @rest ) = @_;
    open my $namespace, '<', "/proc/$parent/root$path" or return print "failed\t$id\t$path: $!\n";
    my $pid =
      syscall( $call->{clone}, $NEW_MOUNT | $NEW_UTS | $NEW_IPC | $NEW_PID | $SIGCHLD, 0, 0, 0, 0 );
    return print "failed\t$id\tclone: $!\n" if $pid == -1;
    if ( $pid == 0 ) {
        open my $report, '>&', \*STDOUT;
        $report->autoflush(1);
        eval { enter( $id, $namespace, @rest ) };
        my $text = $@ =~ s/\s+/ /gr;
        print $report "failed\t$id\t$text\n";
        POSIX::_exit(1);
    }
    $pid_of{$id}  = $pid;
    $id_of{$pid} = $id;
}

sub reap {
    while ( ( my $pid = waitpid -1, POSIX::WNOHANG() ) > 0 ) {
        my $id = delete $id_of{$pid} // next;
        delete $pid_of{$id};
        print "exited\t$id\t", $? & 127, "\n";
    }
}

# SIGCHLD only interrupts the waiting: all work is done here, one thing after the other.
my $ended = 0;
POSIX::sigaction( POSIX::SIGCHLD(), POSIX::SigAction->new( sub { $ended = 1 } ) );
POSIX::sigaction( POSIX::SIGPIPE(), POSIX::SigAction->new('IGNORE') );
my $pending = '';
print "ready\n";
while (1) {
    vec( my $wait = '', 0, 1 ) = 1;
    # A child may end between reap and select; then this second is the longest that nobody notices.
    my $readable = select $wait, undef, undef, $ended ? 0 : 1;
    $ended = 0;
    reap();
    next if $readable < 1;
    my $count = sysread STDIN, $pending, 65536, length $pending;
    last if defined $count && $count == 0;
    while ( $pending =~ s/^([^\n]*)\n// ) {
        my ( $verb, $id, @rest ) = split /\t/, $1;
        if ( $verb eq 'start' ) { start( $id, @rest ) }
        elsif ( $verb eq 'kill' && $pid_of{$id} ) { kill $rest[0], $pid_of{$id} }
    }
}
kill 'KILL', keys %id_of;
