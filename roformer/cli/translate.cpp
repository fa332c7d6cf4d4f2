// roformer translate: lines of standard input in another language.
#include "roformer/pipeline/translate.h"

#include <memory>
#include <string>
#include <vector>

#include "roformer/cli/answered_lines.h"
#include "roformer/cli/computing.h"
#include "roformer/cli/translation_lines.h"

namespace roformer::cli {
namespace {

constexpr const char* kTranslateNotes =
    R"(A line is one sentence; an empty line, or one of white space alone, gives an empty line. A
line is answered as soon as no other is waiting behind it, hundreds together where they are.
With --n-best above 1 each hypothesis is a line of its own: the number of the input line,
the score and the text, with tabs between. A score is the sum of log probabilities by
length^(length penalty). The end token counts in both, so do the tokens of a prefix, and all
with their true probability: also an end token that the length limit forces, which
transformers counts as certain.
--json: text, translation, score, log_probability, tokens, source_tokens, hypotheses (of
--n-best, the best one too), and the alignment: pairs of target and source token, by the
last layer's cross-attention; the last source token is the end token. Of several models the
first one aligns.
Bytes that are not UTF-8 are read as U+FFFD; a warning says in how many lines there are any.)";

struct TranslateFlags {
  CommonOptions common;
  std::vector<std::string> models;
  std::string prefix, prefix_file, stopping = "full-beam";
  bool attention = false;
  pipeline::TranslateOptions options = {};
};

std::string format_answer(const InputLine& line, const pipeline::Translation& answer,
                          const TranslateFlags& flags) {
  if (flags.common.json)
    return json_answer(translation_json(line.text, answer, flags.attention), line.number);
  return flags.options.search.n_best == 1 ? best_line(answer) : ranked_lines(line.number, answer);
}

// Wrong usage that a single option does not show.
void require_agreeing_options(const TranslateFlags& flags) {
  const generate::BeamOptions& search = flags.options.search;
  if (search.n_best > search.beam_size)
    throw CLI::ValidationError(
        "--n-best", fmt::format("expected at most --beam-size, {}, but got {}", search.beam_size,
                                search.n_best));
}

void translate(TranslateFlags& flags) {
  require_agreeing_options(flags);
  apply(flags.common, flags.options);
  flags.options.want_attention = flags.common.json;
  flags.options.search.stopping =
      flags.stopping == "bound" ? generate::StoppingRule::bound : generate::StoppingRule::full_beam;
  TranslationPrefixes prefixes(flags.prefix, flags.prefix_file);
  const auto model =
      pipeline::open_translate({flags.models.begin(), flags.models.end()}, flags.options);
  const auto translate_chunk = [&](const pipeline::Lines& lines) {
    return model(lines, prefixes.next(lines.first, lines.texts.size()));
  };
  answer_input({"translate", flags.common.json}, translate_chunk,
               [&](const InputLine& line, const pipeline::Translation& answer) {
                 return format_answer(line, answer, flags);
               });
  prefixes.finish();
}

void add_search_options(CLI::App& command, TranslateFlags& flags) {
  generate::BeamOptions& search = flags.options.search;
  search.length_penalty = 0.6;
  add_number(command, "--beam-size", search.beam_size, "targets that are followed side by side", 1,
             1024);
  add_number(command, "--length-penalty", search.length_penalty,
             "exponent of the length that scores are divided by: larger ones favour longer "
             "translations",
             -100.0, 100.0);
  add_number(command, "--n-best", search.n_best, "hypotheses to give, at most --beam-size", 1,
             1024);
  add_number(command, "--no-repeat-ngram-size", search.no_repeat_ngram_size,
             "no translation has the same N tokens twice; 0: it may", 0, kMostTokens);
  add_choice(command, "--stopping", flags.stopping, {"full-beam", "bound"},
             "a sentence is done when --beam-size hypotheses have ended (full-beam), or not "
             "before none under way can be better (bound)");
}

void add_translation_lengths(CLI::App& command, pipeline::TranslateOptions& options) {
  generate::BeamOptions& search = options.search;
  add_number(command, "--min-length", search.min_length, "tokens of a translation, at least", 0,
             kMostTokens);
  add_number(command, "--max-length", search.max_length, "tokens of a translation, at most", 0,
             kMostTokens);
  add_number(command, "--max-length-factor", search.max_length_factor,
             "and at most this times the tokens of the line plus --max-length-extra", 0.0, 1e6);
  add_number(command, "--max-length-extra", search.max_length_extra, "see --max-length-factor",
             -1e6, 1e9);
  add_number(command, "--max-source-length", options.max_source_length,
             "tokens of a line, the end token with them; a longer line is an error", 1,
             kMostTokens);
  add_number(command, "--batch-tokens", search.batch_tokens,
             "tokens of lines that are translated together", 1, kMostTokens);
  add_number(command, "--max-sentences", search.max_sentences, "lines that are translated together",
             1, 65536);
}

void add_prefixes(CLI::App& command, TranslateFlags& flags) {
  auto* const prefix = add_text(command, "--prefix", flags.prefix, "TEXT",
                                "what each translation begins with (default: nothing)");
  add_text(command, "--prefix-file", flags.prefix_file, "FILE",
           "a file with the beginning of each line's translation, which may be empty "
           "(default: none)")
      ->excludes(prefix);
}

void add_shortlist_options(CLI::App& command, TranslateFlags& flags) {
  auto* const file =
      add_text(command, "--shortlist", flags.options.shortlist, "FILE",
               "a table of `roformer shortlist` or Marian's: a translation has words of the line's "
               "list alone, which is faster (default: all words)");
  add_number(command, "--shortlist-first", flags.options.shortlist_first,
             "the first N words of the vocabulary are in every list", 0, kMostTokens)
      ->needs(file);
  add_number(command, "--shortlist-best", flags.options.shortlist_best,
             "likeliest translations of each word of a line that are in its list", 0, kMostTokens)
      ->needs(file);
}

void add_output_options(CLI::App& command, TranslateFlags& flags) {
  add_json_option(command, flags.common);
  command
      .add_flag("--attention", flags.attention,
                "with --json, the whole matrix of cross-attention: a row a target token, the last "
                "one for the end token")
      ->needs("--json");
}

}  // namespace

void add_translate_command(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("translate", "The lines of standard input in another language");
  command->footer(kTranslateNotes);
  const auto flags = std::make_shared<TranslateFlags>();
  add_texts(*command, "--model", flags->models, "DIR",
            "folder of a translation model, or weights in it; given several times, models of one "
            "vocabulary "
            "vote with the mean of their probabilities")
      ->required();
  add_search_options(*command, *flags);
  add_translation_lengths(*command, flags->options);
  add_prefixes(*command, *flags);
  add_shortlist_options(*command, *flags);
  add_output_options(*command, *flags);
  add_answer_options(*command, flags->common);
  add_examples(*command,
               "echo 'A dog runs.' | roformer translate --model runs/translation\n"
               "roformer translate --model DIR --model DIR2 --n-best 4 --json < lines.en");
  command->callback([flags] { translate(*flags); });
}

}  // namespace roformer::cli
