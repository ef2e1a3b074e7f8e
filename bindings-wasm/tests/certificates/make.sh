#!/bin/sh
# Makes the certificates of the tests anew: an untrusted authority, its certificates for localhost,
# one valid and one expired, and a self-signed one for localhost. One key serves all of them and
# protects nothing.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem
cat >"$work/config" <<END
[ca]
default_ca = tests
[tests]
database = $work/index
serial = $work/serial
new_certs_dir = $work
default_md = sha256
policy = any
[any]
commonName = supplied
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost
authorityKeyIdentifier = keyid
END
: >"$work/index"
echo 'unique_subject = no' >"$work/index.attr"
echo 01 >"$work/serial"
# Arguments: name subject kind from to signer
certify() {
  openssl req -new -key key.pem -subj "/CN=$2" -out "$work/request"
  openssl ca -batch -notext -config "$work/config" -in "$work/request" -out "$1.pem" -extensions "$3" -startdate "$4" -enddate "$5" $6
}
certify authority "koodrive test authority" authority 20200101000000Z 21200101000000Z "-selfsign -keyfile key.pem"
by_authority="-cert authority.pem -keyfile key.pem"
certify localhost localhost server 20200101000000Z 21200101000000Z "$by_authority"
certify expired localhost server 20200101000000Z 20210101000000Z "$by_authority"
certify stranger localhost server 20200101000000Z 21200101000000Z "-selfsign -keyfile key.pem"
