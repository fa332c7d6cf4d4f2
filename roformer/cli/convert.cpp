// roformer convert: a checkpoint from one format, element type and spelling of names to another.
#include <fmt/ranges.h>

#include <cctype>
#include <charconv>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/base/progress.h"
#include "roformer/cli/command.h"
#include "roformer/cli/json_output.h"
#include "roformer/convert/convert.h"

namespace roformer::cli {
namespace {

using convert::NamePrefix;
using convert::NameSpelling;
using format::Dtype;

const std::map<std::string, Dtype> kDtypes{{"float16", Dtype::f16},
                                           {"bfloat16", Dtype::bf16},
                                           {"int8", Dtype::i8},
                                           {"float32", Dtype::f32},
                                           {"float64", Dtype::f64}};
const std::map<std::string, NamePrefix> kPrefixes{{"model", NamePrefix::model},
                                                  {"keep", NamePrefix::keep},
                                                  {"none", NamePrefix::none},
                                                  {"roformer", NamePrefix::roformer},
                                                  {"bert", NamePrefix::bert}};
const std::map<std::string, NameSpelling> kSpellings{{"huggingface", NameSpelling::huggingface},
                                                     {"gamma-beta", NameSpelling::gamma_beta}};

// One of the map's words, and not the number that stands for it.
template <typename Value>
CLI::Validator one_of(const std::map<std::string, Value>& values) {
  std::vector<std::string> words;
  for (const auto& [word, value] : values) words.push_back(word);
  return CLI::Validator(
      [values, list = fmt::format("{}", fmt::join(words, ", "))](std::string& word) {
        const auto found = values.find(word);
        if (found == values.end()) return fmt::format("expected {} but got '{}'", list, word);
        word = std::to_string(static_cast<int>(found->second));
        return std::string();
      },
      "");
}

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const format::TensorFormat* format : format::tensor_formats())
    names.emplace_back(format->name);
  return names;
}

// What is wrong with a format's name; empty if nothing is.
std::string refuse_format(const std::string& name) {
  try {
    format::find_tensor_format(name);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

struct ConvertArguments {
  CommonOptions common;
  std::string from;
  std::string to;
  std::string shard_size = "5GB";
  convert::ConvertOptions options;
};

// "5GB", "300MB", "64KB", "1000": units of 1000, as in transformers.
std::size_t parse_size(const std::string& text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (char& c : unit) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const std::map<std::string, std::size_t> units{
      {"", 1}, {"B", 1}, {"KB", 1'000}, {"MB", 1'000'000}, {"GB", 1'000'000'000}};
  const auto found = units.find(unit);
  constexpr std::size_t kMost = 1'000'000'000;  // of any unit
  base::require(error == std::errc() && found != units.end() && number > 0 && number <= kMost,
                "[cli] expected --max-shard-size like 5GB or 300MB but got '{}'", text);
  return number * found->second;
}

void print_report(const ConvertArguments& arguments, const convert::ConvertReport& report) {
  std::cout << fmt::format("{} tensors, {:.1f} MB, from {} to {}: {}\n", report.tensors,
                           static_cast<double>(report.bytes) / 1e6, arguments.from, arguments.to,
                           fmt::join(report.files, ", "));
  if (!report.left_out.empty())
    std::cout << fmt::format("left out, an optimizer's or computed: {} tensors, {} the first\n",
                             report.left_out.size(), report.left_out.front());
  for (const std::string& note : report.notes) std::cout << "note: " << note << '\n';
}

void run_convert(ConvertArguments& arguments) {
  arguments.options.max_shard_size = parse_size(arguments.shard_size);
  std::unique_ptr<base::Progress> progress;
  const auto report = convert::convert(
      arguments.from, arguments.to, arguments.options, [&](std::size_t done, std::size_t total) {
        if (!progress)
          progress = std::make_unique<base::Progress>("convert", "bytes",
                                                      static_cast<std::int64_t>(total));
        progress->update(static_cast<std::int64_t>(done));
      });
  if (progress) progress->finish();
  if (!arguments.common.json) return print_report(arguments, report);
  const nlohmann::ordered_json line = {{"tensors", report.tensors},
                                       {"bytes", report.bytes},
                                       {"files", report.files},
                                       {"left_out", report.left_out},
                                       {"notes", report.notes}};
  std::cout << json_report(line, "the report") << '\n';
}

}  // namespace

void add_convert_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "convert", "A checkpoint in another format, element type or spelling of names");
  const auto arguments = std::make_shared<ConvertArguments>();
  auto& options = arguments->options;
  command
      ->add_option("from", arguments->from,
                   "checkpoint folder, weights file or prefix of a TensorFlow checkpoint")
      ->required();
  command->add_option("to", arguments->to, "folder to write")->required();
  command
      ->add_option_function<std::string>(
          "--format",
          [&options](const std::string& name) {
            options.format = &format::find_tensor_format(name);
          },
          fmt::format("{}", fmt::join(format_names(), ", ")))
      ->check(CLI::Validator(refuse_format, ""))
      ->default_str(options.format->name);
  command
      ->add_option_function<Dtype>(
          "--dtype", [&options](const Dtype& dtype) { options.dtype = dtype; },
          "float32, float16, bfloat16, float64, or int8, a quarter of float32, which computes in "
          "int8 (default: as they are, int8 widened)")
      ->transform(one_of(kDtypes));
  command
      ->add_option("--max-shard-size", arguments->shard_size,
                   "larger weights go into several files: 5GB, 300MB")
      ->capture_default_str();
  command
      ->add_option("--prefix", options.prefix,
                   "before the encoder's names: model (as config.json says; bert in TensorFlow's "
                   "format), keep, none, "
                   "roformer, bert")
      ->transform(one_of(kPrefixes))
      ->default_str("model");
  command
      ->add_option("--names", options.spelling,
                   "LayerNorm's weight and bias: huggingface, or gamma-beta as before 2019")
      ->transform(one_of(kSpellings))
      ->default_str("huggingface");
  command->add_flag("--embed-positions", options.embed_positions,
                    "add RoFormer's table of sines, which some programs expect in the file");
  command->add_flag("--force", options.force, "replace a checkpoint that is there");
  add_json_option(*command, arguments->common);
  add_examples(*command,
               "roformer convert DIR new/ --dtype float16 --max-shard-size 300MB\n"
               "roformer convert DIR small/ --dtype int8\n"
               "roformer convert bert_model.ckpt new/ --names huggingface");
  command->callback([arguments] { run_convert(*arguments); });
}

}  // namespace roformer::cli
