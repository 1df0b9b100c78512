#!/usr/bin/env bash
# Upload a résumé, watch it, read the result, with nothing but `buf` (https://buf.build) and the server's reflection.
#
#   ./upload_watch_get.sh cv.pdf [host:port]
#
# The request goes through a file: an argument may not be as long as a résumé.
set -euo pipefail

file=$1
service=http://${2:-127.0.0.1:50051}/resumate.v1.ResumeService

call() { # call METHOD, with the request on stdin
  buf curl --protocol grpc --http2-prior-knowledge --data @- "$service/$1"
}

field() { # field NAME: the first value of that name in the JSON on stdin
  sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" | head -n 1
}

resume_id=$(
  printf '{"filename": "%s", "content": "%s"}' "$(basename "$file")" "$(base64 < "$file" | tr -d '\n')" |
    call Upload | field id
)

# Ends by itself after the attempt's last event. Cut off, it goes on with "after_sequence": the last number seen.
printf '{"resume_id": "%s"}' "$resume_id" | call WatchProgress >&2

printf '{"resume_id": "%s"}' "$resume_id" | call GetResume
