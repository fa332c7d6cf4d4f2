// roformer embed: one vector for each line of standard input.
#include "roformer/pipeline/embed.h"

#include <fmt/ranges.h>
#include <memory>
#include <span>
#include <string>

#include "roformer/cli/answered_lines.h"
#include "roformer/cli/computing.h"
#include "roformer/cli/json_output.h"
#include "roformer/cli/vector_files.h"
#include "roformer/cli/vector_options.h"

namespace roformer::cli {
namespace {

using Vector = std::span<const float>;

struct EmbedFlags {
  VectorFlags vectors;
  std::string output;  // a file; empty: standard output
  bool text = false;
};

// Both forms have the shortest decimals that read back as the same floats.
std::string format_vector(const EmbedFlags& flags, const InputLine& line, const Vector& vector) {
  if (!flags.vectors.common.json) return fmt::format("{}", fmt::join(vector, " "));
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
  answer_input({"embed", flags.vectors.common.json, embed.takes_bytes()}, embed_chunk,
               [&](const InputLine& line, const Vector& vector) {
                 return format_vector(flags, line, vector);
               });
}

void embed(EmbedFlags& flags) {
  auto embed = open_embed(flags.vectors);
  flags.output.empty() ? print_vectors(flags, embed) : embed_into_file(flags, embed);
  warn_of_cut_lines(embed);
}

}  // namespace

void add_embed_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand("embed", "One vector for each line of standard input");
  const auto flags = std::make_shared<EmbedFlags>();
  add_vector_options(*command, flags->vectors);
  add_text(*command, "--output", flags->output, "FILE",
           "write the vectors into this .npy or .safetensors (default: as text, a line each)");
  add_json_option(*command, flags->vectors.common);
  command->get_option("--json")->excludes("--output");
  command->add_flag("--text", flags->text, "with --json, the line beside its vector")
      ->needs("--json");
  add_answer_options(*command, flags->vectors.common);
  add_examples(*command,
               "roformer embed --model DIR < lines.txt > vectors.txt\n"
               "roformer embed --model DIR --output vectors.npy < lines.txt\n"
               "echo 'a sentence' | roformer embed --model DIR --pooling cls --normalize --json");
  command->callback([flags] { embed(*flags); });
}

}  // namespace roformer::cli
