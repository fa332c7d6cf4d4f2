// How alike two texts are, and which of many are most alike to one.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/pipeline/best_matches.h"
#include "roformer/pipeline/embed.h"

namespace roformer::pipeline {

/// A line's two texts, and the number that says how alike they are.
struct SentencePair {
  std::string_view first, second;
  double gold = 0;
};

/// "first\tsecond", with `has_gold` "first\tsecond\tnumber". Throws LineError that names line
/// `number` for fewer or more fields, and for a third that is no finite number.
SentencePair read_pair(std::string_view line, std::int64_t number, bool has_gold);

/// Scores of pairs: their vectors compared as the folder of sentence-transformers says.
class PairSimilarity {
 public:
  /// By `function`; none: what options().similarity of `embed` says, cosine where it says nothing.
  explicit PairSimilarity(Embed embed, std::optional<SimilarityFunction> function = {});

  /// One score a pair; line `first` is that of the first pair, for messages. Throws Error naming the
  /// line for a score that is no number, and LineError as Embed does.
  std::vector<float> operator()(const std::vector<SentencePair>& pairs, std::int64_t first);

  const Embed& embed() const { return embed_; }

 private:
  Embed embed_;
  SimilarityFunction function_;
};

/// The lines of a file that are searched.
struct Candidates {
  std::string name;                // the file's, for messages
  std::vector<std::string> texts;  // all of its lines; blank ones are none to search
  std::int64_t blank = 0;          // how many there are of these
};

/// Reads a file (plain, .xz, .gz, …); warns of blank lines. Throws Error naming the file where all
/// are blank, and the line that is not UTF-8.
Candidates read_candidates(const std::filesystem::path& file);

struct SearchOptions {
  std::optional<SimilarityFunction> function;  // as PairSimilarity has it
  std::filesystem::path kept;  // a file in which the candidates' vectors are kept; empty: nowhere
  // Stands before the lines that are searched by; not set: what stands before the candidates.
  std::optional<std::string> query_prompt = {};
  std::function<void(std::int64_t)> on_candidates;  // hears how many have their vector
};

/// Candidates and their vectors. Lines of one text have one vector, so that they are equally alike to
/// any other.
class SimilaritySearch {
 public:
  /// Computes the candidates' vectors, or reads those that were kept. Throws Error naming the file
  /// and line of a candidate that has no vector, and where there is none but blank lines.
  SimilaritySearch(Embed embed, Candidates candidates, const SearchOptions& options = {});

  /// Of each line the `count` candidates that are most alike, as BestMatches orders them; a match's
  /// index is that of its line in the file. Throws Error naming the line for a score that is no
  /// number, and LineError as Embed does.
  std::vector<std::vector<Match>> operator()(const Lines& lines, std::int64_t count);

  const std::vector<std::string>& texts() const { return candidates_.texts; }
  const Embed& embed() const { return embed_; }
  /// How many candidates were cut, and the number of the first of them, from 1.
  std::int64_t cut_candidates() const { return cut_; }
  std::int64_t first_cut_candidate() const { return first_cut_; }

 private:
  torch::Tensor vectors_of_candidates(const SearchOptions& options);
  torch::Tensor computed_vectors(const SearchOptions& options);
  /// The matches of distinct texts, each with all of its lines.
  std::vector<Match> with_all_lines(const std::vector<Match>& distinct, std::int64_t count) const;

  Embed embed_;
  Candidates candidates_;
  std::vector<std::int64_t> searched_;             // places in texts(): those that are not blank
  std::vector<std::vector<std::int64_t>> places_;  // in texts(), of each distinct one of them
  std::int64_t cut_ = 0, first_cut_ = 0;
  std::optional<BestMatches> best_;
};

/// Where vectors are kept unless the user says where: a file of ~/.cache/roformer/vectors that
/// hangs on the paths of text and model and on the options, so that a changed text takes its place.
std::filesystem::path default_kept_vectors(const std::filesystem::path& candidates,
                                           const Embed& embed);

}  // namespace roformer::pipeline
