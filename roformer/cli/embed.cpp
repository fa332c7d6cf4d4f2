// roformer embed: one vector for each line of standard input.
#include "roformer/pipeline/embed.h"

#include <fmt/ranges.h>

#include <memory>
#include <span>
#include <string>

#include "roformer/cli/command.h"
#include "roformer/cli/input_lines.h"
#include "roformer/cli/json_output.h"

namespace roformer::cli {
namespace {

using Vector = std::span<const float>;

struct EmbedFlags {
  CommonOptions common;
  std::string model;
  std::string pooling;  // empty: the folder's own
  pipeline::EmbedOptions options = {};
};

// Both forms have the shortest decimals that read back as the same floats.
nlohmann::ordered_json json_of(const Vector& vector) {
  auto numbers = nlohmann::ordered_json::array();
  for (const float number : vector) numbers.push_back(shortest_decimal(number));
  return {{"embedding", numbers}};
}

std::vector<Vector> rows_of(const torch::Tensor& vectors) {
  const auto width = static_cast<std::size_t>(vectors.size(1));
  std::vector<Vector> rows;
  for (std::int64_t i = 0; i < vectors.size(0); ++i)
    rows.emplace_back(vectors.const_data_ptr<float>() + i * vectors.size(1), width);
  return rows;
}

void embed(EmbedFlags& flags) {
  if (!flags.pooling.empty()) flags.options.pooling = pipeline::pooling_of(flags.pooling);
  flags.options.device = apply(flags.common);
  auto model = pipeline::open_embed(flags.model, flags.options);
  torch::Tensor vectors;  // of one chunk
  const auto embed_chunk = [&](const pipeline::Lines& lines) {
    vectors = model(lines).contiguous();
    return rows_of(vectors);
  };
  answer_input("embed", embed_chunk, [&](const InputLine& line, const Vector& vector) {
    return flags.common.json ? json_answer(json_of(vector), line.number)
                             : fmt::format("{}", fmt::join(vector, " "));
  });
}

}  // namespace

void add_embed_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand("embed", "One vector for each line of standard input");
  const auto flags = std::make_shared<EmbedFlags>();
  add_model_option(*command, flags->model);
  add_choice(*command, "--pooling", flags->pooling, {"cls", "mean", "max", "mean_sqrt", "pooler"},
             "what becomes the vector: that of [CLS], the mean over all tokens, their "
             "largest components, their sum by the square root of their number, or the "
             "pooler's output [default: what modules.json of sentence-transformers says, "
             "else mean]");
  command->add_flag_function(
      "--normalize,!--no-normalize",
      [flags](std::int64_t times) { flags->options.normalize = times > 0; },
      "scale the vectors to Euclidean length 1, or do not [default: what modules.json "
      "says, else not]");
  add_length_options(*command, flags->options.length);
  add_json_option(*command, flags->common);
  add_device_options(*command, flags->common);
  add_examples(*command,
               "roformer embed --model DIR < lines.txt > vectors.txt\n"
               "echo 'a sentence' | roformer embed --model DIR --pooling cls --normalize --json");
  command->callback([flags] { embed(*flags); });
}

}  // namespace roformer::cli
