#include "roformer/cli/vector_options.h"

#include <spdlog/spdlog.h>

namespace roformer::cli {
namespace {

void add_scale_options(CLI::App& command, pipeline::EmbedOptions& options) {
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
}

void add_prompt_options(CLI::App& command, pipeline::EmbedOptions& options) {
  auto* const prompt = command.add_option_function<std::string>(
      "--prompt", [&options](const std::string& text) { options.prompt = text; },
      "put before each line, \"\" for nothing (default: the folder's default_prompt_name)");
  prompt->type_name("TEXT");
  add_text(command, "--prompt-name", options.prompt_name, "NAME",
           "the folder's own prompt of that name, as \"query\" (default: see --prompt)")
      ->excludes(prompt);
}

}  // namespace

void add_vector_options(CLI::App& command, VectorFlags& flags) {
  add_model_option(command, flags.model);
  add_choice(command, "--pooling", flags.pooling, pipeline::pooling_names(),
             "what becomes the vector: that of [CLS], the mean over all tokens, their "
             "largest components, their sum by the square root of their number, the mean that "
             "counts later tokens more, the last token's, or the pooler's output [default: what "
             "1_Pooling of sentence-transformers says, else mean]");
  command.add_flag("--two-sided", flags.options.two_sided,
                   "let all tokens of a line see each other where config.json has is_decoder, as "
                   "RoFormer-Sim reads");
  add_scale_options(command, flags.options);
  add_prompt_options(command, flags.options);
  add_length_options(command, flags.options.length);
  command.get_option("--stride")
      ->description(
          "read longer lines in windows that share so many tokens (default: a longer line is an "
          "error, and cut with a warning where the folder is one of sentence-transformers)");
}

pipeline::Embed open_embed(VectorFlags& flags) {
  if (!flags.pooling.empty()) flags.options.poolings = {pipeline::pooling_of(flags.pooling)};
  apply(flags.common, flags.options);
  return pipeline::open_embed(flags.model, flags.options);
}

void warn_of_cut_lines(const pipeline::Embed& embed, std::int64_t count, std::int64_t first,
                       const std::string& source) {
  if (count == 0) return;
  spdlog::warn("{}{}{} longer than {} tokens (the first: line {}): what is {} them was left out",
               source, source.empty() ? "" : ": ",
               count == 1 ? "1 line was" : fmt::format("{} lines were", count), embed.max_length(),
               first, embed.cuts_at_begin() ? "before" : "behind");
}

void warn_of_cut_lines(const pipeline::Embed& embed, const std::string& source) {
  warn_of_cut_lines(embed, embed.cut_lines(), embed.first_cut_line(), source);
}

}  // namespace roformer::cli
