#!/bin/sh
# Fetches the .deb files of EXTRA, with what they need on top of the image, into PACKAGES.
# Environment: ROOT (the image), SUITE, ARCH, ARCHIVE (URL), EXTRA (packages, space-separated), PACKAGES,
# WORK (a directory for apt's own files). Leaves the archive's index in WORK/index.
set -eu
mkdir -p "$WORK/lists/partial" "$WORK/parts" "$PACKAGES/partial"
signed=$(ls /usr/share/keyrings/debian-archive-keyring.gpg 2>/dev/null || true)
echo "deb [arch=$ARCH${signed:+ signed-by=$signed}] $ARCHIVE $SUITE main" > "$WORK/sources.list"
# The machine's own apt, so that its proxy settings hold, but with the image's packages as what is installed.
apt() {
  apt-get -qq -o Dir::Etc::sourcelist="$WORK/sources.list" -o Dir::Etc::sourceparts="$WORK/parts" \
    -o Dir::Etc::preferencesparts="$WORK/parts" -o Dir::State="$WORK" -o Dir::State::lists="$WORK/lists" \
    -o Dir::State::status="$ROOT/var/lib/dpkg/status" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
    -o Dir::Cache::archives="$PACKAGES" -o APT::Architecture="$ARCH" -o APT::Architectures="$ARCH" \
    -o APT::Install-Recommends=false -o APT::Sandbox::User=root -o Acquire::Languages=none \
    -o Acquire::GzipIndexes=false -o Debug::NoLocking=true "$@"
}
apt update
# Each by itself: packages that cannot stand side by side (another init) are fetched all the same.
for package in $EXTRA; do
  apt install --yes --allow-remove-essential --download-only "$package" </dev/null
done
cp "$(ls "$WORK"/lists/*_Packages)" "$WORK/index"
