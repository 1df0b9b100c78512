// The log's digest, as protos/resumate/v1/progress.proto specifies it; needs OpenSSL's libcrypto.
#pragma once

#include <openssl/sha.h>

#include <cstdint>
#include <string>

#include "resumate/v1/progress.pb.h"

namespace resumate {

inline std::string I64(int64_t value) {
  std::string bytes(8, '\0');
  for (int place = 7; place >= 0; --place, value >>= 8) bytes[place] = static_cast<char>(value & 0xff);
  return bytes;
}

inline std::string Text(const std::string& value) { return I64(static_cast<int64_t>(value.size())) + value; }

inline std::string Sha256(const std::string& bytes) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

// A résumé's digest up to an event, given that up to the event before (32 zero bytes: there was none).
inline std::string Chained(const std::string& before, const v1::ProgressEvent& event) {
  const int64_t milliseconds = event.create_time().seconds() * 1000 + event.create_time().nanos() / 1000000;
  return Sha256(before + Text(event.resume_id()) + I64(event.sequence()) + I64(event.attempt()) + I64(event.stage()) +
                I64(event.stage_percent()) + I64(event.percent()) + I64(milliseconds) + Text(event.message()));
}

}  // namespace resumate
