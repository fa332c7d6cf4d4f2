// roformer inspect: a checkpoint explained, then its configuration, tensors, and what is unused or
// missing.
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "roformer/base/error.h"
#include "roformer/base/shell_word.h"
#include "roformer/checkpoint/folder.h"
#include "roformer/cli/command.h"
#include "roformer/cli/inspect_commands.h"
#include "roformer/cli/inspect_summary.h"
#include "roformer/cli/json_output.h"
#include "roformer/pipeline/inspect.h"
#include "roformer/pipeline/other_model.h"

namespace roformer::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

struct InspectOptions {
  CommonOptions common;
  std::string folder;
  bool tensors = false;
};

ordered_json describe_encoder(const checkpoint::Folder& folder, const std::string& path) {
  const pipeline::Inspection inspection = pipeline::inspect(folder);
  const auto& config = inspection.config;
  const ordered_json tokenizer = describe_tokenizer(folder.path());
  std::vector<std::string> problems;
  const std::string sentences = describe_sentences(folder.path(), problems);
  return {{"model", model_in_words(config.encoder)},
          {"architecture", config.architecture},
          {"computed", true},
          {"made_by", inspection.made_by},
          {"parameters", inspection.parameters},
          {"encoder_parameters", inspection.encoder_parameters},
          {"bytes", inspection.bytes},
          {"format", inspection.format},
          {"files", inspection.files},
          {"element_types", inspection.element_types},
          {"compute_types", compute_types()},
          {"heads", inspection.heads},
          {"commands", usable_commands(folder, inspection, path)},
          {"problems", problems_of(tokenizer, problems)},
          {"unusual", all_oddities(inspection, tokenizer)},
          {"position_encoding", config.encoder.encoding.name},
          {"attention", config.encoder.attention},
          {"config", ordered_json::parse(checkpoint::format_config(config))},
          {"tokenizer", tokenizer},
          {"sentences", sentences},
          {"missing", inspection.report.missing},
          {"unused", inspection.report.unused},
          {"not_finite", inspection.not_finite},
          {"tensors", describe_tensors(inspection.tensors)}};
}

// Why a checkpoint that is whole is not computed all the same; empty if it is.
std::string reason_not_computed(const checkpoint::Folder& folder, const std::string& path) {
  if (!folder.has_config())
    return fs::is_directory(path) ? ""
                                  : "no config.json lies beside the weights, which would say what "
                                    "model they are of";
  const auto config = ordered_json::parse(folder.config_text(), nullptr, false);
  const auto family = pipeline::other_family(config);
  return family ? pipeline::why_not_computed(*family) : "";
}

struct Description {
  ordered_json facts;
  std::string error;  // why it is not whole; empty if it is
};

bool is_anything(const ordered_json& facts) {
  return !facts.at("config").is_null() || !facts.at("tensors").empty() ||
         !facts.at("tokenizer").contains("error");
}

// A file with weights' neighbours is none of them.
void require_no_text(const fs::path& path) {
  const bool is_text = path.extension() == ".json" || path.extension() == ".txt";
  base::require(!is_text || checkpoint::folder_of(path) != path || !fs::is_regular_file(path),
                "[cli] expected a checkpoint folder or a file of weights but got the file {}; "
                "inspect the folder that it lies in",
                path.string());
}

// An archive unpacked into a folder of its own.
void require_none_below(const fs::path& path) {
  const fs::path below = fs::is_directory(path) ? format::checkpoint_below(path) : fs::path();
  base::require(below.empty(),
                "[cli] expected a checkpoint folder but {} holds one a level down: roformer "
                "inspect {}",
                path.string(), base::shell_path(below));
}

Description describe(const std::string& path) {
  try {
    require_no_text(path);
    const checkpoint::Folder folder(path);
    const std::string reason = reason_not_computed(folder, path);
    if (!reason.empty()) return {describe_parts(path, reason), {}};
    return {folder.is_translation() ? describe_translation(folder, path)
                                    : describe_encoder(folder, path),
            {}};
  } catch (const Error& error) {
    if (!fs::exists(path) && checkpoint::folder_of(path) == path) throw;
    Description damaged{describe_parts(path, error.what()), error.what()};
    if (!is_anything(damaged.facts)) {
      require_none_below(path);
      throw;
    }
    auto& problems = damaged.facts["problems"];
    if (std::find(problems.begin(), problems.end(), error.what()) == problems.end())
      problems.insert(problems.begin(), error.what());
    return damaged;
  }
}

std::string plain(const ordered_json& value) {
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

void print_table(const char* title, const ordered_json& object) {
  std::cout << title << '\n';
  for (const auto& item : object.items())
    std::cout << fmt::format("  {:<30} {}\n", item.key(), plain(item.value()));
}

void print_names(const char* title, const ordered_json& names) {
  std::cout << fmt::format("{}: {}\n", title,
                           names.empty() ? "none" : std::to_string(names.size()));
  for (const auto& name : names) std::cout << "  " << plain(name) << '\n';
}

void print_tensors(const ordered_json& tensors) {
  std::cout << "tensors: " << tensors.size() << '\n';
  for (const auto& item : tensors.items()) {
    const auto shape = item.value().at("shape").get<std::vector<std::int64_t>>();
    std::cout << fmt::format("  {:<70} {:<5} {}\n", item.key(), plain(item.value().at("dtype")),
                             format::format_shape(shape));
  }
}

void print_plain(const ordered_json& facts, bool with_tensors) {
  std::cout << format_summary(facts) << '\n';
  if (facts.at("config").is_object()) print_table("config", facts.at("config"));
  if (facts.at("computed").get<bool>()) {
    print_names("missing", facts.at("missing"));
    print_names("unused", facts.at("unused"));
  }
  if (with_tensors) {
    print_tensors(facts.at("tensors"));
  } else {
    std::cout << fmt::format("tensors: {} (--tensors lists them)\n", facts.at("tensors").size());
  }
}

}  // namespace

void add_inspect_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "inspect", "Explain a checkpoint: what it is, what it holds, what it is good for");
  command->footer(
      "What is not computed here (another family, weights without config.json) is described as "
      "far\n"
      "as its parts can be read. A damaged checkpoint is too, and then ends in its error.");
  const auto options = std::make_shared<InspectOptions>();
  command->add_option("folder", options->folder, "checkpoint folder, or a file of weights")
      ->required();
  command->add_flag("--tensors", options->tensors, "list every tensor");
  add_json_option(*command, options->common);
  add_examples(*command,
               "roformer inspect DIR\nroformer inspect model.safetensors --tensors\n"
               "roformer inspect DIR --json | jq .config");
  command->callback([options] {
    const auto [facts, error] = describe(options->folder);
    if (options->common.json) {
      std::cout << json_report(facts, "the description") << '\n';
    } else {
      print_plain(facts, options->tensors);
    }
    if (!error.empty()) throw Error(error);
  });
}

}  // namespace roformer::cli
