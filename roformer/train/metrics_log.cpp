#include "roformer/train/metrics_log.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>
#include <sstream>
#include <string>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/json_text.h"

namespace roformer::train {

namespace fs = std::filesystem;

namespace {

// A run that was killed may leave half a line.
nlohmann::json json_or_null(const std::string& line) {
  try {
    return base::parse_json(line, "a line of metrics");
  } catch (const Error&) {
    return nullptr;
  }
}

void add_numbers(const nlohmann::json& object, const std::string& prefix,
                 std::vector<report::Scalar>& scalars) {
  for (const auto& [name, value] : object.items()) {
    if (value.is_number() && name != "step") {
      scalars.push_back({prefix + name, value.get<double>()});
    } else if (value.is_object()) {
      add_numbers(value, prefix + name + "/", scalars);
    }
  }
}

}  // namespace

std::vector<nlohmann::json> read_metrics(const fs::path& path) {
  std::vector<nlohmann::json> lines;
  if (!fs::exists(path)) return lines;
  std::istringstream text(base::read_file(path));
  std::string line;
  while (std::getline(text, line)) {
    auto value = json_or_null(line);
    if (value.is_object() && value.contains("step")) lines.push_back(std::move(value));
  }
  return lines;
}

double last_evaluated(const fs::path& path, const std::string& figure) {
  std::optional<double> last;
  for (const auto& line : read_metrics(path)) {
    if (line.value("kind", "") != "evaluation") continue;
    const bool is_number = line.contains(figure) && line[figure].is_number();
    last = is_number ? line[figure].get<double>() : std::numeric_limits<double>::quiet_NaN();
  }
  base::require(last.has_value(), "[train] {}: expected evaluations but got none", path.string());
  return *last;
}

double training_seconds(const fs::path& path) {
  double seconds = 0;
  for (const auto& line : read_metrics(path)) seconds += line.value("seconds", 0.0);
  return seconds;
}

MetricsLog::MetricsLog(fs::path path, std::int64_t last_step) : path_(std::move(path)) {
  std::string kept;
  for (const auto& line : read_metrics(path_)) {
    if (line["step"].get<std::int64_t>() <= last_step) kept += line.dump() + "\n";
  }
  base::write_file_atomically(path_, kept);
  file_.reset(std::fopen(path_.c_str(), "a"));
  base::require(file_ != nullptr, "[train] cannot open {}: {}", path_.string(),
                std::strerror(errno));
}

void MetricsLog::append(const nlohmann::json& line) {
  const std::string text = line.dump() + "\n";
  const bool written = std::fwrite(text.data(), 1, text.size(), file_.get()) == text.size() &&
                       std::fflush(file_.get()) == 0;
  base::require(written, "[train] cannot write {}: {}", path_.string(), std::strerror(errno));
}

void MetricsLog::sync() {
  const bool synced = ::fsync(::fileno(file_.get())) == 0;
  base::require(synced, "[train] cannot write {}: {}", path_.string(), std::strerror(errno));
}

std::vector<report::Scalar> metric_scalars(const nlohmann::json& line) {
  std::vector<report::Scalar> scalars;
  add_numbers(line, line.value("kind", "metrics") + "/", scalars);
  return scalars;
}

}  // namespace roformer::train
