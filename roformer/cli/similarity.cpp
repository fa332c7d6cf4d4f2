// roformer similarity: how alike the two texts of each line are, or which lines of a file are most
// alike to each line.
#include "roformer/pipeline/similarity.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/base/progress.h"
#include "roformer/cli/answered_lines.h"
#include "roformer/cli/computing.h"
#include "roformer/cli/json_output.h"
#include "roformer/cli/vector_options.h"
#include "roformer/metric/correlation.h"

namespace roformer::cli {
namespace {

constexpr const char* kSimilarityNotes =
    R"(Without --candidates a line is two texts with a tab between them, and its answer their score.
With --candidates a line is one text, and its answer the most alike lines of the file: rows of the
line's number, the score, the candidate's index from 0, and its text, with tabs between. Scores are
those of sentence-transformers' similarity_fn_name: more is more alike, and distances are negative.)";

struct SimilarityFlags {
  VectorFlags vectors;
  std::string function;  // empty: the folder's own
  bool gold = false;
  std::string candidates;
  std::optional<std::string> candidate_prompt;
  std::int64_t top = 5;
  std::string cache;
  bool keeps = true;
};

std::optional<pipeline::SimilarityFunction> function_of(const SimilarityFlags& flags) {
  if (flags.function.empty()) return std::nullopt;
  return pipeline::similarity_of(flags.function);
}

struct ScoredPair {
  float score;
  double gold;
};

// Scores beside the numbers that people gave.
struct GoldScores {
  std::vector<double> gold, scores;
};

nlohmann::ordered_json correlation_json(const std::optional<double>& correlation) {
  return correlation ? nlohmann::ordered_json(*correlation) : nlohmann::ordered_json();
}

std::string correlation_text(const std::optional<double>& correlation) {
  return correlation ? fmt::format("{:.4f}", *correlation) : "none";
}

std::string correlations(const GoldScores& pairs, bool json) {
  const auto spearman = metric::spearman_correlation(pairs.gold, pairs.scores),
             pearson = metric::pearson_correlation(pairs.gold, pairs.scores);
  if (!json)
    return fmt::format("pairs {}, Spearman {}, Pearson {}", pairs.gold.size(),
                       correlation_text(spearman), correlation_text(pearson));
  return json_report({{"pairs", pairs.gold.size()},
                      {"spearman", correlation_json(spearman)},
                      {"pearson", correlation_json(pearson)}},
                     "the correlations");
}

std::string format_pair(const SimilarityFlags& flags, const InputLine& line,
                        const ScoredPair& pair) {
  if (!flags.vectors.common.json) return fmt::format("{:.4f}", pair.score);
  nlohmann::ordered_json answer = {{"score", shortest_decimal(pair.score)}};
  if (flags.gold) answer["gold"] = pair.gold;
  return json_answer(answer, line.number);
}

void score_pairs(SimilarityFlags& flags) {
  pipeline::PairSimilarity similarity(open_embed(flags.vectors), function_of(flags));
  GoldScores known;
  const auto answer = [&](const pipeline::Lines& lines) {
    std::vector<pipeline::SentencePair> pairs;
    for (std::size_t i = 0; i < lines.texts.size(); ++i)
      pairs.push_back(pipeline::read_pair(lines.texts[i], lines.number(i), flags.gold));
    std::vector<ScoredPair> answers;
    for (const float score : similarity(pairs, lines.first))
      answers.push_back({score, pairs[answers.size()].gold});
    return answers;
  };
  answer_input({"similarity", flags.vectors.common.json, similarity.embed().takes_bytes()}, answer,
               [&](const InputLine& line, const ScoredPair& pair) {
                 known.gold.push_back(pair.gold);
                 known.scores.push_back(pair.score);
                 return format_pair(flags, line, pair);
               });
  if (flags.gold) std::cout << correlations(known, flags.vectors.common.json) << std::endl;
  warn_of_cut_lines(similarity.embed());
}

std::filesystem::path kept_vectors(const SimilarityFlags& flags, const pipeline::Embed& embed) {
  if (!flags.keeps) return {};
  if (flags.cache.empty()) return pipeline::default_kept_vectors(flags.candidates, embed);
  base::require(flags.cache.ends_with(".safetensors"),
                "[similarity] expected --cache with a name that ends in .safetensors but got '{}'",
                flags.cache);
  return flags.cache;
}

pipeline::SimilaritySearch open_search(SimilarityFlags& flags) {
  pipeline::Candidates candidates = pipeline::read_candidates(flags.candidates);
  pipeline::Embed embed = open_embed(flags.vectors);
  pipeline::SearchOptions options;
  options.function = function_of(flags);
  if (flags.candidate_prompt) {
    options.query_prompt = embed.options().prompt.value_or("");
    embed.set_prompt(*flags.candidate_prompt);
  }
  options.kept = kept_vectors(flags, embed);
  std::optional<base::Progress> progress;
  options.on_candidates = [&, total = std::ssize(candidates.texts) -
                                      candidates.blank](std::int64_t done) {
    if (done == total && !progress) return;  // done before a bar could be read
    if (!progress) progress.emplace("candidates", "lines", total);
    progress->update(done);
  };
  pipeline::SimilaritySearch search(std::move(embed), std::move(candidates), options);
  if (progress) progress->finish();
  warn_of_cut_lines(search.embed(), search.cut_candidates(), search.first_cut_candidate(),
                    flags.candidates);
  return search;
}

nlohmann::ordered_json json_of(const std::vector<pipeline::Match>& matches,
                               const std::vector<std::string>& texts) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const pipeline::Match& match : matches)
    list.push_back({{"index", match.index},
                    {"text", texts[static_cast<std::size_t>(match.index)]},
                    {"score", shortest_decimal(match.score)}});
  return {{"matches", list}};
}

// A tab parts fields there, so that one within a text is a space.
std::string rows_of(const std::vector<pipeline::Match>& matches,
                    const std::vector<std::string>& texts, std::int64_t line) {
  std::vector<std::string> rows;
  for (const pipeline::Match& match : matches) {
    std::string text = texts[static_cast<std::size_t>(match.index)];
    std::replace(text.begin(), text.end(), '\t', ' ');
    rows.push_back(fmt::format("{}\t{:.4f}\t{}\t{}", line, match.score, match.index, text));
  }
  return fmt::format("{}", fmt::join(rows, "\n"));
}

void search_candidates(SimilarityFlags& flags) {
  pipeline::SimilaritySearch search = open_search(flags);
  const bool json = flags.vectors.common.json;
  answer_input(
      {"similarity", json, search.embed().takes_bytes()},
      [&](const pipeline::Lines& lines) { return search(lines, flags.top); },
      [&](const InputLine& line, const std::vector<pipeline::Match>& matches) {
        return json ? json_answer(json_of(matches, search.texts()), line.number)
                    : rows_of(matches, search.texts(), line.number);
      });
  warn_of_cut_lines(search.embed());
}

void add_search_options(CLI::App& command, SimilarityFlags& flags) {
  auto* const candidates =
      add_text(command, "--candidates", flags.candidates, "FILE",
               "search the lines of this file (plain, .xz, .gz, …) for those most alike to each "
               "line of standard input (default: the lines of standard input are pairs)");
  add_number(command, "--top", flags.top, "with --candidates, how many of them", 1, kMostTokens)
      ->needs(candidates);
  command
      .add_option_function<std::string>(
          "--candidate-prompt",
          [&flags](const std::string& text) { flags.candidate_prompt = text; },
          "put before each candidate, \"\" for nothing (default: what stands before each line)")
      ->type_name("TEXT")
      ->needs(candidates);
  auto* const cache =
      add_text(command, "--cache", flags.cache, "FILE",
               "keep the candidates' vectors in this .safetensors, so that they are computed once "
               "(default: a file in ~/.cache/roformer/vectors)")
          ->needs(candidates);
  command
      .add_flag_callback(
          "--no-cache", [&flags] { flags.keeps = false; }, "keep the candidates' vectors nowhere")
      ->needs(candidates)
      ->excludes(cache);
}

}  // namespace

void add_similarity_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "similarity", "How alike two texts are, or which lines of a file are most alike to a text");
  command->footer(kSimilarityNotes);
  const auto flags = std::make_shared<SimilarityFlags>();
  add_vector_options(*command, flags->vectors);
  add_choice(*command, "--function", flags->function, pipeline::similarity_names(),
             "what vectors are compared by [default: similarity_fn_name of "
             "config_sentence_transformers.json, else cosine]");
  add_search_options(*command, *flags);
  command
      ->add_flag("--gold", flags->gold,
                 "each line has a third field, the number that people gave the pair: the last line "
                 "says how far the scores go with these, by Spearman's and Pearson's correlation")
      ->excludes("--candidates");
  add_json_option(*command, flags->vectors.common);
  add_answer_options(*command, flags->vectors.common);
  add_examples(*command,
               "roformer similarity --model DIR < pairs.tsv\n"
               "tail -n +2 STS-B/dev.tsv | cut -f 8-10 | roformer similarity --model DIR --gold\n"
               "roformer similarity --model DIR --candidates sentences.txt --top 3 --json "
               "< queries.txt");
  command->callback(
      [flags] { flags->candidates.empty() ? score_pairs(*flags) : search_candidates(*flags); });
}

}  // namespace roformer::cli
