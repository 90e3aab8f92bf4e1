/** Open TCP connections from a server of the lab to the Internet, and how many of them are still good after something was done. */
import { inside } from "./clients.ts";

/** Opens, waits for the file to go, then asks on each connection; perl is on every Debian. */
const program = `
use IO::Socket::INET;
my ($count, $file, $again) = @ARGV;
$SIG{PIPE} = 'IGNORE';
sub connection {
    my @from = $again ? (LocalPort => 20000 + shift, ReuseAddr => 1) : ();
    return IO::Socket::INET->new(PeerAddr => '198.51.100.10:7', Timeout => 5, @from) // die "open: $!";
}
if ($again) {
    for (1 .. $count) { my $socket = connection($_); syswrite($socket, 'x'); sysread($socket, my $byte, 1); close $socket }
    sleep 2;
}
my @open = map { connection($_) } 1 .. $count;
open(my $mark, '>', $file); close $mark;
my $end = time + 600;
select(undef, undef, undef, 0.05) while -e $file && time < $end;
my $kept = 0;
for my $socket (@open) { syswrite($socket, 'x') }
my $last = time + 5;
for my $socket (@open) {
  my $ready = ''; vec($ready, fileno($socket), 1) = 1;
  $kept++ if select($ready, undef, undef, $last > time ? $last - time : 0) && sysread($socket, my $byte, 1);
}
print "$kept\\n";
`;

/**
 * @param again each is the second one from its port, right after the first one was closed.
 * @returns how many of `count` connections, open before `work`, carry a byte there and back after it.
 */
export async function keptDuring(
  lab: string,
  server: string,
  count: number,
  work: () => Promise<void>,
  { again }: { readonly again: boolean } = { again: false },
): Promise<number> {
  const file = "/tmp/held-connections";
  const holding = inside(lab, server, "perl", "-e", program, String(count), file, again ? "1" : "");
  try {
    const opened = `n=0; until [ -e ${file} ]; do n=$((n + 1)); [ $n -lt 300 ] || exit 1; sleep 0.1; done`;
    const { code } = await inside(lab, server, "sh", "-c", opened);
    if (code !== 0) throw new Error(`the connections were not opened: ${(await holding).stderr}`);
    await work();
  } finally {
    await inside(lab, server, "rm", "-f", file);
  }
  const { stdout, stderr } = await holding;
  if (!/^\d+$/.test(stdout.trim())) throw new Error(`no count came back: ${stdout}${stderr}`);
  return Number(stdout);
}
