// roformer inspect: a checkpoint explained, then its configuration, tensors, and what is unused or
// missing.
#include <fmt/ranges.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "roformer/base/error.h"
#include "roformer/checkpoint/folder.h"
#include "roformer/cli/command.h"
#include "roformer/cli/inspect_summary.h"
#include "roformer/cli/json_output.h"
#include "roformer/pipeline/inspect.h"

namespace roformer::cli {
namespace {

using nlohmann::ordered_json;

struct InspectOptions {
  CommonOptions common;
  std::string folder;
  bool tensors = false;
};

ordered_json describe(const std::string& path) {
  base::require(
      !std::filesystem::is_regular_file(path),
      "[cli] expected a checkpoint folder but got the file {}; inspect the folder that it "
      "lies in",
      path);
  const checkpoint::Folder folder(path);
  if (folder.is_translation()) return describe_translation(folder);
  const pipeline::Inspection inspection = pipeline::inspect(folder);
  const auto& config = inspection.config;
  const ordered_json tokenizer = describe_tokenizer(path);
  return {{"model", model_in_words(config.encoder)},
          {"architecture", config.architecture},
          {"made_by", inspection.made_by},
          {"parameters", inspection.parameters},
          {"encoder_parameters", inspection.encoder_parameters},
          {"bytes", inspection.bytes},
          {"format", inspection.format},
          {"files", inspection.files},
          {"element_types", inspection.element_types},
          {"heads", inspection.heads},
          {"commands", usable_commands(inspection, tokenizer, path)},
          {"unusual", all_oddities(inspection, tokenizer)},
          {"position_encoding", config.encoder.encoding.name},
          {"attention", config.encoder.attention},
          {"config", ordered_json::parse(checkpoint::format_config(config))},
          {"tokenizer", tokenizer},
          {"sentences", describe_sentences(path)},
          {"missing", inspection.report.missing},
          {"unused", inspection.report.unused},
          {"not_finite", inspection.not_finite},
          {"tensors", describe_tensors(inspection.tensors)}};
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
  print_table("config", facts.at("config"));
  print_names("missing", facts.at("missing"));
  print_names("unused", facts.at("unused"));
  if (with_tensors) {
    print_tensors(facts.at("tensors"));
  } else {
    std::cout << fmt::format("tensors: {} (--tensors lists them)\n", facts.at("tensors").size());
  }
}

}  // namespace

void add_inspect_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "inspect", "Explain a checkpoint folder: what it is, what it holds, what it is good for");
  const auto options = std::make_shared<InspectOptions>();
  command->add_option("folder", options->folder, "checkpoint folder")->required();
  command->add_flag("--tensors", options->tensors, "list every tensor");
  add_json_option(*command, options->common);
  add_examples(*command, "roformer inspect DIR\nroformer inspect DIR --json | jq .config");
  command->callback([options] {
    const ordered_json facts = describe(options->folder);
    if (options->common.json) {
      std::cout << json_report(facts, "the description") << '\n';
    } else {
      print_plain(facts, options->tensors);
    }
  });
}

}  // namespace roformer::cli
