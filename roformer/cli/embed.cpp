// roformer embed: one vector for each line of standard input.
#include "roformer/pipeline/embed.h"

#include <fmt/ranges.h>

#include <cmath>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>

#include "roformer/cli/command.h"
#include "roformer/cli/line_chunks.h"

namespace roformer::cli {
namespace {

struct EmbedFlags {
  CommonOptions common;
  std::string model;
  std::string pooling;  // empty: the folder's own
  pipeline::EmbedOptions options = {};
};

// The shortest decimals that read back as the same floats.
std::string format_numbers(const float* numbers, std::int64_t count, const char* separator) {
  std::string text;
  for (std::int64_t i = 0; i < count; ++i) {
    if (i > 0) text += separator;
    if (std::isfinite(numbers[i])) {
      fmt::format_to(std::back_inserter(text), "{}", numbers[i]);
    } else {
      text += "null";  // JSON has no word for it
    }
  }
  return text;
}

void embed(EmbedFlags& flags) {
  if (!flags.pooling.empty()) flags.options.pooling = pipeline::pooling_of(flags.pooling);
  apply(flags.common);
  flags.options.device = torch::Device(flags.common.device);
  pipeline::Embed model(flags.model, flags.options);
  LineChunks input("embed");
  while (input.next()) {
    const torch::Tensor vectors = model({input.lines(), input.first_line()}).contiguous();
    for (std::int64_t i = 0; i < vectors.size(0); ++i) {
      const float* row = vectors.const_data_ptr<float>() + i * vectors.size(1);
      if (flags.common.json) {
        std::cout << "{\"embedding\": [" << format_numbers(row, vectors.size(1), ", ") << "]}\n";
      } else {
        std::cout << format_numbers(row, vectors.size(1), " ") << '\n';
      }
    }
    std::cout.flush();
  }
}

}  // namespace

void add_embed_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand("embed", "One vector for each line of standard input");
  const auto flags = std::make_shared<EmbedFlags>();
  command->add_option("--model", flags->model, "checkpoint folder")->required()->type_name("DIR");
  command
      ->add_option("--pooling", flags->pooling,
                   "what becomes the vector: that of [CLS], the mean over all tokens, their "
                   "largest components, their sum by the square root of their number, or the "
                   "pooler's output [default: what modules.json of sentence-transformers says, "
                   "else mean]")
      ->check(CLI::IsMember({"cls", "mean", "max", "mean_sqrt", "pooler"}));
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
