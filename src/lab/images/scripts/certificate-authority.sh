#!/bin/sh
# Makes the lab's certificate authority in the directory CA: certificate.pem and key.pem; and what it signs, the
# certificate that all hosts of the lab's Internet show: site-certificate.pem and site-key.pem, good for SITES.
# Only the lab's own images trust it; the keys are for root alone and in no image.
set -eu
umask 077
mkdir -p "$CA"
cd "$CA"
new='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650'
openssl req -x509 $new -subj '/CN=Wayout lab' -keyout key.pem -out certificate.pem \
  -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign
openssl req -x509 $new -subj '/CN=Wayout lab site' -keyout site-key.pem -out site-certificate.pem \
  -CA certificate.pem -CAkey key.pem -addext "subjectAltName=$SITES" \
  -addext basicConstraints=critical,CA:FALSE -addext extendedKeyUsage=serverAuth
chmod 644 certificate.pem site-certificate.pem
