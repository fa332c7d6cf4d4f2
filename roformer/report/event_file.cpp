#include "roformer/report/event_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>

#include "roformer/base/crc32c.h"
#include "roformer/base/error.h"

namespace roformer::report {
namespace {

namespace fs = std::filesystem;

// Protocol buffers' wire format: each field is a key, number · 8 + wire type, and a value.
enum class Wire : std::uint64_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

// Field numbers of event.proto and summary.proto.
namespace field {
constexpr std::uint64_t event_wall_time = 1, event_step = 2, event_file_version = 3,
                        event_summary = 5, event_session_log = 7;
constexpr std::uint64_t session_log_status = 1;
constexpr std::uint64_t summary_value = 1;
constexpr std::uint64_t value_tag = 1, value_simple_value = 2;
}  // namespace field
constexpr std::uint64_t session_status_start = 1;

void append_varint(std::string& message, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) message += static_cast<char>(value | 0x80);
  message += static_cast<char>(value);
}

template <typename Word>
void append_little_endian(std::string& message, Word word) {
  for (std::size_t byte = 0; byte < sizeof word; ++byte) {
    message += static_cast<char>(word >> (8 * byte));
  }
}

void append_key(std::string& message, std::uint64_t number, Wire wire) {
  append_varint(message, number << 3 | static_cast<std::uint64_t>(wire));
}

void append_bytes(std::string& message, std::uint64_t number, std::string_view bytes) {
  append_key(message, number, Wire::bytes);
  append_varint(message, bytes.size());
  message += bytes;
}

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string event_at(std::int64_t step) {
  std::string event;
  append_key(event, field::event_wall_time, Wire::fixed64);
  append_little_endian(event, std::bit_cast<std::uint64_t>(now()));
  append_key(event, field::event_step, Wire::varint);
  append_varint(event, static_cast<std::uint64_t>(step));
  return event;
}

// The seconds in the name of an event file; 0 if it is none.
std::int64_t seconds_of(const fs::path& path) {
  const std::string name = path.filename().string();
  std::int64_t seconds = 0;
  if (!name.starts_with(event_file_prefix)) return seconds;
  const char* digits = name.data() + event_file_prefix.size();
  std::from_chars(digits, name.data() + name.size(), seconds);
  return seconds;
}

// Readers take the files in the order of their names: a second run within the same second must not
// stand before the first.
fs::path next_event_file(const fs::path& folder) {
  auto seconds = static_cast<std::int64_t>(now());
  for (const auto& entry : fs::directory_iterator(folder)) {
    seconds = std::max(seconds, seconds_of(entry.path()) + 1);
  }
  char host[256] = "localhost";
  ::gethostname(host, sizeof host - 1);
  return folder / fmt::format("{}{:010}.{}.{}.0", event_file_prefix, seconds, host, ::getpid());
}

}  // namespace

EventFile::EventFile(const fs::path& folder) : path_(next_event_file(folder)) {
  file_.reset(std::fopen(path_.c_str(), "wxe"));
  base::require(file_ != nullptr, "[report] cannot create {}: {}", path_.string(),
                std::strerror(errno));
  std::string event = event_at(0);
  append_bytes(event, field::event_file_version, "brain.Event:2");
  write_record(event);
}

void EventFile::restart_at(std::int64_t step) {
  std::string session;
  append_key(session, field::session_log_status, Wire::varint);
  append_varint(session, session_status_start);
  std::string event = event_at(step);
  append_bytes(event, field::event_session_log, session);
  write_record(event);
}

void EventFile::add(std::int64_t step, std::span<const Scalar> scalars) {
  std::string summary;
  for (const Scalar& scalar : scalars) {
    std::string value;
    append_bytes(value, field::value_tag, scalar.tag);
    append_key(value, field::value_simple_value, Wire::fixed32);
    append_little_endian(value, std::bit_cast<std::uint32_t>(static_cast<float>(scalar.value)));
    append_bytes(summary, field::summary_value, value);
  }
  std::string event = event_at(step);
  append_bytes(event, field::event_summary, summary);
  write_record(event);
}

// Length, its checksum, the message, its checksum.
void EventFile::write_record(std::string_view event) {
  std::string record;
  append_little_endian(record, static_cast<std::uint64_t>(event.size()));
  append_little_endian(record, base::mask_crc32c(base::crc32c(record)));
  record += event;
  append_little_endian(record, base::mask_crc32c(base::crc32c(event)));
  const bool written = std::fwrite(record.data(), 1, record.size(), file_.get()) == record.size() &&
                       std::fflush(file_.get()) == 0;
  base::require(written, "[report] cannot write {}: {}", path_.string(), std::strerror(errno));
}

void EventFile::sync() {
  const bool synced = ::fsync(::fileno(file_.get())) == 0;
  base::require(synced, "[report] cannot write {}: {}", path_.string(), std::strerror(errno));
}

}  // namespace roformer::report
