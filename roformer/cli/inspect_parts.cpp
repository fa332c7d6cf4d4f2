// The facts of `roformer inspect` where no model is made: what config.json, weights, tokenizer and
// the files of sentence-transformers say, each by itself.
#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/json_text.h"
#include "roformer/checkpoint/folder.h"
#include "roformer/cli/inspect_commands.h"
#include "roformer/cli/inspect_summary.h"
#include "roformer/format/printable.h"
#include "roformer/format/tensor_format.h"
#include "roformer/pipeline/file_description.h"
#include "roformer/pipeline/other_model.h"

namespace roformer::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using Problems = std::vector<std::string>;

// Also of a file that is damaged beyond recognition.
fs::path folder_with(const fs::path& path) {
  if (!fs::is_regular_file(path)) return checkpoint::folder_of(path);
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

// A problem once, however many parts meet it.
void add_problem(const std::string& problem, Problems& problems) {
  if (std::find(problems.begin(), problems.end(), problem) == problems.end())
    problems.push_back(problem);
}

template <typename Work>
void read_part(Problems& problems, const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    add_problem(error.what(), problems);
  }
}

// The text of config.json, or of Google's; empty where there is none.
std::string read_config_text(const fs::path& folder) {
  for (const char* name : {"config.json", "bert_config.json"}) {
    if (fs::exists(folder / name)) return base::read_file(folder / name);
  }
  return {};
}

std::string first_class(const ordered_json& config) {
  const ordered_json names =
      config.is_object() ? config.value("architectures", ordered_json()) : ordered_json();
  const bool is_named = names.is_array() && !names.empty() && names.front().is_string();
  return is_named ? format::printable(names.front().get<std::string>()) : "";
}

void add_weights(const fs::path& path, ordered_json& facts) {
  const checkpoint::Weights weights = checkpoint::open_weights(path);
  facts["tensors"] = describe_tensors(weights.entries());
  facts["unusual"] = pipeline::oddities_of_files(weights);
  std::size_t numbers = 0;
  for (const auto& [name, tensor] : weights.entries())
    numbers +=
        format::byte_size(tensor.shape, tensor.dtype, name) / format::dtype_size(tensor.dtype);
  facts["parameters"] = numbers;
  facts["bytes"] = pipeline::bytes_of(weights);
  facts["format"] = weights.format().in_words;
  facts["files"] = weights.file_count();
  facts["element_types"] = pipeline::element_types(weights);
}

}  // namespace

ordered_json describe_parts(const fs::path& path, const std::string& why) {
  const fs::path folder = folder_with(path);
  ordered_json config, facts;
  Problems problems;
  std::string text;
  read_part(problems, [&] {
    text = read_config_text(folder);
    if (!text.empty())
      config = ordered_json(base::parse_json(text, (folder / "config.json").string()));
  });
  const std::string writer = pipeline::stated_writer(text);
  facts = {{"model", pipeline::other_model_in_words(config)},
           {"architecture", first_class(config)},
           {"computed", false},
           {"not_computed", why},
           {"made_by", writer.empty() ? "not stated" : writer},
           {"sizes", pipeline::sizes_in(config)},
           {"heads", ordered_json::array()},
           {"unusual", ordered_json::array()},
           {"config", config},
           {"missing", ordered_json::array()},
           {"unused", ordered_json::array()},
           {"tensors", ordered_json::object()}};
  read_part(problems, [&] { add_weights(path, facts); });
  facts["tokenizer"] = describe_tokenizer(folder);
  facts["sentences"] = describe_sentences(folder, problems);
  facts["commands"] = tokenizer_commands(facts["tokenizer"], path);
  facts["problems"] = problems_of(facts["tokenizer"], problems);
  return facts;
}

}  // namespace roformer::cli
