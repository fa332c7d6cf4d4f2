// TensorBoard's event file: a sequence of TFRecords (tensorflow/core/lib/io/record_writer.h), each
// a tensorflow.Event message (core/util/event.proto, core/framework/summary.proto).
#pragma once
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace roformer::report {

/// What the names of event files begin with; TensorBoard knows them by it.
inline constexpr std::string_view event_file_prefix = "events.out.tfevents.";

/// One point of a curve.
struct Scalar {
  std::string tag;   // the curve's name; TensorBoard groups by what stands before a slash
  double value = 0;  // kept as float32
};

class EventFile {
 public:
  /// A new file in `folder`, whose name comes behind those of the event files there. Readers take
  /// all of them as one run. Throws Error if it cannot be made.
  explicit EventFile(const std::filesystem::path& folder);

  /// Takes back what the folder's earlier files say of steps ≥ `step`: a run goes on from a
  /// checkpoint that is older than they are.
  void restart_at(std::int64_t step);

  /// The values of some curves at a step; a reader sees them at once. Throws Error if they cannot
  /// be written.
  void add(std::int64_t step, std::span<const Scalar> scalars);

  /// Returns when everything is on the disk.
  void sync();

  const std::filesystem::path& path() const { return path_; }

 private:
  void write_record(std::string_view event);

  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace roformer::report
