#!/bin/sh
# Makes the lab's certificate authority in the directory $CA: certificate.pem, and key.pem for root alone.
# It signs what the lab's Internet shows; only the lab's own images trust it.
set -eu
umask 077
mkdir -p "$CA"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
  -subj '/CN=Wayout lab' -keyout "$CA/key.pem" -out "$CA/certificate.pem" \
  -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign \
  2>"$CA/log" || { cat "$CA/log" >&2; exit 1; }
rm "$CA/log"
chmod 644 "$CA/certificate.pem"
