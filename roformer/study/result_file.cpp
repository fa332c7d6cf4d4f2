#include "roformer/study/result_file.h"

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/json_text.h"

namespace roformer::study {

namespace fs = std::filesystem;

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

nlohmann::ordered_json json_of(const std::vector<report::Table>& tables) {
  auto json = nlohmann::ordered_json::array();
  for (const report::Table& table : tables) {
    std::vector<std::string> align;
    for (std::size_t column = 0; column < table.columns.size(); ++column)
      align.emplace_back(report::alignment(table, column) == report::Align::left ? "left"
                                                                                 : "right");
    json.push_back({{"caption", table.caption},
                    {"columns", table.columns},
                    {"align", align},
                    {"rows", table.rows}});
  }
  return json;
}

std::vector<report::Table> tables_of(const Reader& reader) {
  std::vector<report::Table> tables;
  const auto json = reader.value<std::vector<nlohmann::ordered_json>>("tables");
  for (const auto& one : json) {
    const Reader own{one, reader.path};
    report::Table table{.columns = own.value<Words>("columns"),
                        .rows = own.value<std::vector<Words>>("rows"),
                        .align = {},
                        .caption = own.value<std::string>("caption")};
    for (const std::string& align : own.value<Words>("align"))
      table.align.push_back(align == "left" ? report::Align::left : report::Align::right);
    tables.push_back(std::move(table));
  }
  return tables;
}

}  // namespace

void show_result(const StudyResult& result, report::Page& page) {
  fmt::print("\n{}\n", result.claim);
  page.paragraph(result.claim).paragraph(result.what);
  for (const report::Table& table : result.tables) {
    fmt::print("\n");
    report::print_table(table);
    page.table(table);
  }
  fmt::print("\n");
  for (const std::string& verdict : result.verdicts) {
    fmt::print("{}\n", verdict);
    page.paragraph(verdict);
  }
}

void write_result_file(const StudyResult& result, const StudyOptions& options) {
  const nlohmann::ordered_json root = {{"study", result.study},
                                       {"title", result.title},
                                       {"claim", result.claim},
                                       {"what", result.what},
                                       {"scale", options.scale},
                                       {"seeds", options.seeds},
                                       {"tuned", options.tune},
                                       {"verdicts", result.verdicts},
                                       {"tables", json_of(result.tables)},
                                       {"command", result.command},
                                       {"training_seconds", result.training_seconds},
                                       {"pictures", result.pictures},
                                       {"models", result.models},
                                       {"numbers", result.numbers}};
  base::write_file_atomically(options.out / kName, root.dump(2) + "\n");
}

StudyResult read_result_file(const fs::path& folder) {
  const auto path = folder / kName;
  const std::string text = base::read_file(path);
  base::parse_json(text, path.string());  // for its errors, which name the line
  const auto root = nlohmann::ordered_json::parse(text);
  const Reader reader{root, path.string()};
  return {.study = reader.value<std::string>("study"),
          .title = reader.value<std::string>("title"),
          .claim = reader.value<std::string>("claim"),
          .what = reader.value<std::string>("what"),
          .verdicts = reader.value<Words>("verdicts"),
          .tables = tables_of(reader),
          .command = reader.value<std::string>("command"),
          .training_seconds = reader.value<double>("training_seconds"),
          .pictures = reader.value<Words>("pictures"),
          .models = reader.value<nlohmann::ordered_json>("models"),
          .numbers = reader.value<nlohmann::ordered_json>("numbers")};
}

std::vector<fs::path> runs_of_result(const fs::path& folder, const std::string& key) {
  const auto models = read_result_file(folder).models;
  for (const auto& model : models) {
    if (model.value("key", "") != key) continue;
    std::vector<fs::path> runs;
    const Reader reader{model, (folder / kName).string()};
    for (const std::string& run : reader.value<Words>("runs")) runs.push_back(folder / run);
    return runs;
  }
  base::fail("[study] {}: expected a model \"{}\" but there is none", (folder / kName).string(),
             key);
}

std::optional<fs::path> first_run_of_result(const fs::path& folder) {
  if (!fs::exists(folder / kName)) return std::nullopt;
  const auto models = read_result_file(folder).models;
  const nlohmann::ordered_json::json_pointer first("/0/runs/0");
  if (!models.contains(first) || !models.at(first).is_string()) return std::nullopt;
  auto run = folder / models.at(first).get<std::string>();
  if (!fs::exists(run)) return std::nullopt;
  return run;
}

}  // namespace roformer::study
