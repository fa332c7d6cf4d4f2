// roformer embed: one vector for each line of standard input.
#include "roformer/pipeline/embed.h"

#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <span>
#include <string>

#include "roformer/cli/answered_lines.h"
#include "roformer/cli/computing.h"
#include "roformer/cli/json_output.h"
#include "roformer/cli/vector_files.h"

namespace roformer::cli {
namespace {

using Vector = std::span<const float>;

struct EmbedFlags {
  CommonOptions common;
  std::string model;
  std::string pooling;  // empty: the folder's own
  std::string output;   // a file; empty: standard output
  bool text = false;
  pipeline::EmbedOptions options = {};
};

// Both forms have the shortest decimals that read back as the same floats.
std::string format_vector(const EmbedFlags& flags, const InputLine& line, const Vector& vector) {
  if (!flags.common.json) return fmt::format("{}", fmt::join(vector, " "));
  nlohmann::ordered_json answer = nlohmann::ordered_json::object();
  if (flags.text) answer["text"] = line.text;
  auto& numbers = answer["embedding"] = nlohmann::ordered_json::array();
  for (const float number : vector) numbers.push_back(shortest_decimal(number));
  return json_answer(answer, line.number);
}

std::vector<Vector> rows_of(const torch::Tensor& vectors) {
  const auto width = static_cast<std::size_t>(vectors.size(1));
  std::vector<Vector> rows;
  for (std::int64_t i = 0; i < vectors.size(0); ++i)
    rows.emplace_back(vectors.const_data_ptr<float>() + i * vectors.size(1), width);
  return rows;
}

void warn_of_cut_lines(const pipeline::Embed& embed) {
  const std::int64_t count = embed.cut_lines();
  if (count == 0) return;
  spdlog::warn("{} longer than {} tokens (the first: line {}): what is {} them was left out",
               count == 1 ? "1 line was" : fmt::format("{} lines were", count), embed.max_length(),
               embed.first_cut_line(), embed.cuts_at_begin() ? "before" : "behind");
}

// All lines have a vector, or there is no file.
void embed_into_file(const EmbedFlags& flags, pipeline::Embed& embed) {
  const auto file = make_vector_file(flags.output);
  LineChunks input("embed");
  InvalidLines invalid("standard input");
  file->add(embed({{}, 1}));  // the width, should there be no line
  while (input.next()) {
    check_lines(input.lines(), embed.takes_bytes() ? nullptr : &invalid);
    file->add(embed(input.lines()));
  }
  file->finish();
  invalid.report();
}

void print_vectors(const EmbedFlags& flags, pipeline::Embed& embed) {
  torch::Tensor vectors;  // of one chunk
  const auto embed_chunk = [&](const pipeline::Lines& lines) {
    vectors = embed(lines);
    return rows_of(vectors);
  };
  answer_input({"embed", flags.common.json, embed.takes_bytes()}, embed_chunk,
               [&](const InputLine& line, const Vector& vector) {
                 return format_vector(flags, line, vector);
               });
}

void embed(EmbedFlags& flags) {
  if (!flags.pooling.empty()) flags.options.poolings = {pipeline::pooling_of(flags.pooling)};
  flags.options.device = apply(flags.common);
  auto embed = pipeline::open_embed(flags.model, flags.options);
  flags.output.empty() ? print_vectors(flags, embed) : embed_into_file(flags, embed);
  warn_of_cut_lines(embed);
}

void add_vector_options(CLI::App& command, EmbedFlags& flags) {
  pipeline::EmbedOptions& options = flags.options;
  add_choice(command, "--pooling", flags.pooling, pipeline::pooling_names(),
             "what becomes the vector: that of [CLS], the mean over all tokens, their "
             "largest components, their sum by the square root of their number, the mean that "
             "counts later tokens more, the last token's, or the pooler's output [default: what "
             "1_Pooling of sentence-transformers says, else mean]");
  command.add_flag_function(
      "--normalize,!--no-normalize",
      [&options](std::int64_t times) { options.normalize = times > 0; },
      "scale the vectors to Euclidean length 1, or do not [default: what modules.json says, else "
      "not]");
  command
      .add_option_function<std::int64_t>(
          "--dimensions", [&options](std::int64_t count) { options.dimensions = count; },
          "the first so many numbers of each vector; 0: all (default: truncate_dim of "
          "config_sentence_transformers.json, else all)")
      ->check(CLI::Range(std::int64_t{0}, kMostTokens));
  auto* const prompt = command.add_option_function<std::string>(
      "--prompt", [&options](const std::string& text) { options.prompt = text; },
      "put before each line, \"\" for nothing (default: the folder's default_prompt_name)");
  prompt->type_name("TEXT");
  add_text(command, "--prompt-name", options.prompt_name, "NAME",
           "the folder's own prompt of that name, as \"query\" (default: see --prompt)")
      ->excludes(prompt);
}

}  // namespace

void add_embed_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand("embed", "One vector for each line of standard input");
  const auto flags = std::make_shared<EmbedFlags>();
  add_model_option(*command, flags->model);
  add_vector_options(*command, *flags);
  add_length_options(*command, flags->options.length);
  command->get_option("--stride")
      ->description(
          "read longer lines in windows that share so many tokens (default: a longer line is an "
          "error, and cut with a warning where the folder is one of sentence-transformers)");
  add_text(*command, "--output", flags->output, "FILE",
           "write the vectors into this .npy or .safetensors (default: as text, a line each)");
  add_json_option(*command, flags->common);
  command->get_option("--json")->excludes("--output");
  command->add_flag("--text", flags->text, "with --json, the line beside its vector")
      ->needs("--json");
  add_device_options(*command, flags->common);
  add_examples(*command,
               "roformer embed --model DIR < lines.txt > vectors.txt\n"
               "roformer embed --model DIR --output vectors.npy < lines.txt\n"
               "echo 'a sentence' | roformer embed --model DIR --pooling cls --normalize --json");
  command->callback([flags] { embed(*flags); });
}

}  // namespace roformer::cli
