#include "roformer/study/result_file.h"

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/json_text.h"

namespace roformer::study {
namespace {

constexpr const char* kName = "result.json";

using Words = std::vector<std::string>;

// Values by their keys, which errors name beside the file.
struct Reader {
  const nlohmann::ordered_json& root;
  std::string path;

  template <typename Value>
  Value value(const char* key) const {
    try {
      return root.at(key).get<Value>();
    } catch (const nlohmann::json::exception& error) {
      base::fail("[study] {}: {}: {}", path, key, error.what());
    }
  }
};

}  // namespace

void write_result_file(const StudyResult& result, const StudyOptions& options) {
  const nlohmann::ordered_json root = {{"study", result.study},       {"title", result.title},
                                       {"claim", result.claim},       {"scale", options.scale},
                                       {"seeds", options.seeds},      {"tuned", options.tune},
                                       {"verdicts", result.verdicts}, {"command", result.command},
                                       {"pictures", result.pictures}, {"numbers", result.numbers}};
  base::write_file_atomically(options.out / kName, root.dump(2) + "\n");
}

StudyResult read_result_file(const std::filesystem::path& folder) {
  const auto path = folder / kName;
  const std::string text = base::read_file(path);
  base::parse_json(text, path.string());  // for its errors, which name the line
  const auto root = nlohmann::ordered_json::parse(text);
  const Reader reader{root, path.string()};
  return {reader.value<std::string>("study"),
          reader.value<std::string>("title"),
          reader.value<std::string>("claim"),
          reader.value<Words>("verdicts"),
          reader.value<std::string>("command"),
          reader.value<Words>("pictures"),
          reader.value<nlohmann::ordered_json>("numbers")};
}

std::optional<std::filesystem::path> first_run_of_result(const std::filesystem::path& folder) {
  if (!std::filesystem::exists(folder / kName)) return std::nullopt;
  const auto numbers = read_result_file(folder).numbers;
  const nlohmann::ordered_json::json_pointer first("/0/runs/0");
  if (!numbers.contains(first) || !numbers.at(first).is_string()) return std::nullopt;
  auto run = folder / numbers.at(first).get<std::string>();
  if (!std::filesystem::exists(run)) return std::nullopt;
  return run;
}

}  // namespace roformer::study
