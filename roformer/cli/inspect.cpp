// roformer inspect: configuration, tensors, parameter counts and tokenizer of a checkpoint; what is
// unused or missing.
#include <fmt/ranges.h>

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "roformer/base/error.h"
#include "roformer/checkpoint/inspect.h"
#include "roformer/cli/command.h"
#include "roformer/text/tokenizer.h"

namespace roformer::cli {
namespace {

using nlohmann::ordered_json;

struct InspectOptions {
  CommonOptions common;
  std::string folder;
};

// The tokenizer's facts, or why there is none.
ordered_json describe_tokenizer(const std::string& folder) {
  try {
    const auto tokenizer = text::Tokenizer::load(folder);
    return {{"vocabulary_size", tokenizer.vocabulary_size()},
            {"lowercase", tokenizer.config().normalizer.lowercase},
            {"unk_token", tokenizer.config().unk_token},
            {"mask_token", tokenizer.config().mask_token}};
  } catch (const Error& error) {
    return {{"error", error.what()}};
  }
}

ordered_json describe_tensors(const checkpoint::Inspection& inspection) {
  ordered_json tensors = ordered_json::object();
  for (const auto& [name, entry] : inspection.tensors) {
    tensors[name] = {{"dtype", std::string(checkpoint::dtype_name(entry.dtype))},
                     {"shape", entry.shape}};
  }
  return tensors;
}

ordered_json describe(const std::string& folder) {
  const checkpoint::Inspection inspection = checkpoint::inspect(folder);
  const auto& config = inspection.config;
  return {{"architecture", checkpoint::architecture_name(config.encoder.model_type, config.architecture)},
          {"parameters", inspection.parameters},
          {"encoder_parameters", inspection.encoder_parameters},
          {"position_encoding", config.encoder.position_encoding},
          {"config", ordered_json::parse(checkpoint::format_config(config))},
          {"tokenizer", describe_tokenizer(folder)},
          {"missing", inspection.report.missing},
          {"unused", inspection.report.unused},
          {"tensors", describe_tensors(inspection)}};
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
                             checkpoint::format_shape(shape));
  }
}

void print_plain(const ordered_json& facts) {
  for (const char* key :
       {"architecture", "parameters", "encoder_parameters", "position_encoding"}) {
    std::cout << fmt::format("{:<20} {}\n", key, plain(facts.at(key)));
  }
  print_table("config", facts.at("config"));
  print_table("tokenizer", facts.at("tokenizer"));
  print_names("missing", facts.at("missing"));
  print_names("unused", facts.at("unused"));
  print_tensors(facts.at("tensors"));
}

}  // namespace

void add_inspect_command(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("inspect", "What a checkpoint holds, and what is unused or missing");
  const auto options = std::make_shared<InspectOptions>();
  command->add_option("folder", options->folder, "checkpoint folder")->required();
  add_json_option(*command, options->common);
  command->callback([options] {
    const ordered_json facts = describe(options->folder);
    if (options->common.json) {
      std::cout << facts.dump(-1, ' ', false, ordered_json::error_handler_t::replace) << '\n';
    } else {
      print_plain(facts);
    }
  });
}

}  // namespace roformer::cli
