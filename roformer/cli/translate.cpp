// roformer translate: lines of standard input in another language.
#include "roformer/pipeline/translate.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/cli/command.h"
#include "roformer/cli/line_chunks.h"

namespace roformer::cli {
namespace {

constexpr const char* kTranslateNotes =
    "A line is one sentence; an empty line, or one of white space alone, gives an empty line.\n"
    "With --n-best above 1 each hypothesis is a line of its own: the number of the input line, the "
    "score\n"
    "and the text, with tabs between. A score is the sum of log probabilities, the end token with\n"
    "them, by length^(length penalty).\n"
    "--json: tokens, score, hypotheses, and the alignment: pairs of target and source token, by "
    "the\n"
    "last layer's cross-attention; the last source token is the end token.";

struct TranslateFlags {
  CommonOptions common;
  std::vector<std::string> models;
  std::string prefix, prefix_file, stopping = "full-beam";
  bool attention = false;
  pipeline::TranslateOptions options = {};
};

// The beginnings of the translations, line by line: one text for all or a file's lines.
class Prefixes {
 public:
  explicit Prefixes(const TranslateFlags& flags) : text_(flags.prefix), path_(flags.prefix_file) {
    if (path_.empty()) return;
    file_.open(path_);
    base::require(file_.good(), "[cli] {}: cannot read the prefixes", path_);
  }

  std::vector<std::string> next(std::int64_t first_line, std::size_t count) {
    if (path_.empty())
      return text_.empty() ? std::vector<std::string>() : std::vector<std::string>(count, text_);
    std::vector<std::string> lines(count);
    for (std::size_t i = 0; i < count; ++i) {
      base::require(static_cast<bool>(std::getline(file_, lines[i])),
                    "[cli] {}: expected one prefix, which may be empty, for each line of the input "
                    "but the file ends before line {}",
                    path_, first_line + static_cast<std::int64_t>(i));
      if (!lines[i].empty() && lines[i].back() == '\r') lines[i].pop_back();
    }
    return lines;
  }

  void require_end() {
    std::string line;
    base::require(path_.empty() || !std::getline(file_, line),
                  "[cli] {}: expected one prefix for each line of the input but the file has more "
                  "lines",
                  path_);
  }

 private:
  std::string text_, path_;
  std::ifstream file_;
};

std::string quoted(const std::vector<std::string>& texts) {
  std::vector<std::string> strings;
  for (const std::string& text : texts) strings.push_back(json_string(text));
  return fmt::format("[{}]", fmt::join(strings, ", "));
}

std::string format_hypothesis(const pipeline::TranslatedText& one) {
  return fmt::format(R"({{"translation": {}, "score": {}, "log_probability": {}, "tokens": {}}})",
                     json_string(one.text), one.score, one.log_probability, quoted(one.tokens));
}

std::string format_alignment(const pipeline::Translation& answer) {
  const auto places = pipeline::strongest(answer.attention);
  std::vector<std::string> pairs;
  for (std::size_t t = 0; t < answer.hypotheses.front().tokens.size(); ++t)
    pairs.push_back(fmt::format("[{}, {}]", t, places[t]));
  return fmt::format("[{}]", fmt::join(pairs, ", "));
}

std::string format_answer(const std::string& text, const pipeline::Translation& answer,
                          const TranslateFlags& flags) {
  const pipeline::TranslatedText& best = answer.hypotheses.front();
  std::string json = fmt::format(
      R"({{"text": {}, "translation": {}, "score": {}, "log_probability": {}, "tokens": {}, )"
      R"("source_tokens": {}, "alignment": {})",
      json_string(text), json_string(best.text), best.score, best.log_probability,
      quoted(best.tokens), quoted(answer.source_tokens), format_alignment(answer));
  if (flags.options.search.n_best > 1) {
    std::vector<std::string> hypotheses;
    for (const auto& one : answer.hypotheses) hypotheses.push_back(format_hypothesis(one));
    json += fmt::format(R"(, "hypotheses": [{}])", fmt::join(hypotheses, ", "));
  }
  if (flags.attention) {
    std::vector<std::string> rows;
    for (const auto& row : answer.attention)
      rows.push_back(fmt::format("[{}]", fmt::join(row, ", ")));
    json += fmt::format(R"(, "attention": [{}])", fmt::join(rows, ", "));
  }
  return json + "}";
}

// Whatever tokens a vocabulary has, a translation is one line.
std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

void print_answer(std::int64_t line, const std::string& text, const pipeline::Translation& answer,
                  const TranslateFlags& flags) {
  if (flags.common.json) {
    std::cout << format_answer(text, answer, flags) << '\n';
  } else if (flags.options.search.n_best == 1) {
    std::cout << one_line(answer.hypotheses.front().text) << '\n';
  } else {
    for (const auto& one : answer.hypotheses)
      std::cout << fmt::format("{}\t{:.6f}\t{}\n", line, one.score, one_line(one.text));
  }
}

void translate(TranslateFlags& flags) {
  apply(flags.common);
  flags.options.device = torch::Device(flags.common.device);
  flags.options.want_attention = flags.common.json;
  flags.options.search.stopping =
      flags.stopping == "bound" ? generate::StoppingRule::bound : generate::StoppingRule::full_beam;
  Prefixes prefixes(flags);
  pipeline::Translate model({flags.models.begin(), flags.models.end()}, flags.options);
  LineChunks input("translate");
  while (input.next()) {
    const auto begins = prefixes.next(input.first_line(), input.lines().size());
    const auto answers = model({input.lines(), input.first_line()}, begins);
    for (std::size_t i = 0; i < answers.size(); ++i)
      print_answer(input.first_line() + static_cast<std::int64_t>(i), input.lines()[i], answers[i],
                   flags);
    std::cout.flush();
  }
  prefixes.require_end();
}

constexpr std::int64_t kManyTokens = 1'000'000'000;

void add_search_options(CLI::App& command, TranslateFlags& flags) {
  generate::BeamOptions& search = flags.options.search;
  search.length_penalty = 0.6;
  command.add_option("--beam-size", search.beam_size, "targets that are followed side by side")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1024}))
      ->capture_default_str();
  command
      .add_option("--length-penalty", search.length_penalty,
                  "exponent of the length that scores are divided by: larger ones favour longer "
                  "translations")
      ->check(CLI::Range(-100.0, 100.0))
      ->capture_default_str();
  command.add_option("--n-best", search.n_best, "hypotheses to print, at most --beam-size")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1024}))
      ->capture_default_str();
  command
      .add_option("--no-repeat-ngram-size", search.no_repeat_ngram_size,
                  "no translation has the same N tokens twice; 0: it may")
      ->check(CLI::Range(std::int64_t{0}, kManyTokens))
      ->capture_default_str();
  command
      .add_option("--stopping", flags.stopping,
                  "a sentence is done when --beam-size hypotheses have ended (full-beam), or not "
                  "before none under way can be better (bound)")
      ->check(CLI::IsMember({"full-beam", "bound"}))
      ->capture_default_str();
}

void add_translation_lengths(CLI::App& command, pipeline::TranslateOptions& options) {
  generate::BeamOptions& search = options.search;
  command.add_option("--min-length", search.min_length, "tokens of a translation, at least")
      ->check(CLI::Range(std::int64_t{0}, kManyTokens))
      ->capture_default_str();
  command.add_option("--max-length", search.max_length, "tokens of a translation, at most")
      ->check(CLI::Range(std::int64_t{0}, kManyTokens))
      ->capture_default_str();
  command
      .add_option("--max-length-factor", search.max_length_factor,
                  "and at most this times the tokens of the line plus --max-length-extra")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  command.add_option("--max-length-extra", search.max_length_extra, "see --max-length-factor")
      ->check(CLI::Range(-1e6, 1e9))
      ->capture_default_str();
  command
      .add_option("--max-source-length", options.max_source_length,
                  "tokens of a line, the end token with them; a longer line is an error")
      ->check(CLI::Range(std::int64_t{1}, kManyTokens))
      ->capture_default_str();
  command
      .add_option("--batch-tokens", search.batch_tokens,
                  "tokens of lines that are translated together")
      ->check(CLI::Range(std::int64_t{1}, kManyTokens))
      ->capture_default_str();
  command.add_option("--max-sentences", search.max_sentences, "lines that are translated together")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{65536}))
      ->capture_default_str();
}

}  // namespace

void add_translate_command(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("translate", "The lines of standard input in another language");
  command->footer(kTranslateNotes);
  const auto flags = std::make_shared<TranslateFlags>();
  command
      ->add_option("--model", flags->models,
                   "folder of a translation model; given several times, models of one vocabulary "
                   "vote with the mean of their probabilities")
      ->required()
      ->type_name("DIR")
      ->allow_extra_args(false);
  add_search_options(*command, *flags);
  add_translation_lengths(*command, flags->options);
  auto* const prefix = command
                           ->add_option("--prefix", flags->prefix,
                                        "what each translation begins with (default: nothing)")
                           ->type_name("TEXT");
  command
      ->add_option("--prefix-file", flags->prefix_file,
                   "a file with the beginning of each line's translation, which may be empty "
                   "(default: none)")
      ->type_name("FILE")
      ->excludes(prefix);
  add_json_option(*command, flags->common);
  command
      ->add_flag("--attention", flags->attention,
                 "with --json, the whole matrix of cross-attention: a row a target token, the last "
                 "one for the end token")
      ->needs("--json");
  add_device_options(*command, flags->common);
  add_examples(*command,
               "echo 'A dog runs.' | roformer translate --model runs/translation\n"
               "roformer translate --model DIR --model DIR2 --n-best 4 --json < lines.en");
  command->callback([flags] { translate(*flags); });
}

}  // namespace roformer::cli
