#include "roformer/parallel/parallel_corpus.h"

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/file_lock.h"
#include "roformer/base/hash.h"
#include "roformer/base/log.h"
#include "roformer/base/progress.h"
#include "roformer/base/random.h"
#include "roformer/parallel/parallel_text.h"

namespace roformer::parallel {
namespace {

constexpr std::array<data::Split, 3> kSplits = {data::Split::training, data::Split::validation,
                                                data::Split::test};

const char* name_of(data::Split split) {
  constexpr const char* names[] = {"training text", "validation", "test"};
  return names[static_cast<std::size_t>(split)];
}

void warn_of(const SkippedPairs& skipped, data::Split split) {
  if (skipped.total() > 0) spdlog::warn("{}: {}", name_of(split), skipped.text());
}

}  // namespace

ParallelCorpus::ParallelCorpus(const ParallelOptions& options, int threads) : options_(options) {
  if (options_.cache.empty()) options_.cache = base::default_cache_folder();
  const ParallelText text(options_);
  {
    const base::FileLock lock = base::lock_folder(options_.cache, "data.cache");
    tokenizer_ = find_subword_tokenizer(options_, text, threads);
  }
  read_held_out(data::Split::validation, threads);
  read_held_out(data::Split::test, threads);
  read_training(text, threads);
  for (const data::Split split : kSplits) warn_of(part(split).skipped, split);
}

void ParallelCorpus::add(data::Split split, EncodedPair& pair) {
  Part& into = part(split);
  into.table.add(pair.source, pair.target);
  if (split == data::Split::training) return;
  into.source_lines.push_back(std::move(pair.text.source));
  into.target_lines.push_back(std::move(pair.text.target));
}

// Held-out pairs may be of any length: a score must not depend on what is easy.
void ParallelCorpus::read_held_out(data::Split split, int threads) {
  const auto pairs = open_held_out(options_, split);
  if (!pairs) return;
  encode_pairs(*pairs, *tokenizer_, {}, threads, [&](EncodedPair& pair) {
    part(split).skipped.add(pair.text, pair.fault);
    if (pair.fault == PairFault::none) add(split, pair);
    return true;
  });
}

void ParallelCorpus::read_training(const ParallelText& text, int threads) {
  const PairLimits limits{options_.max_length, options_.max_ratio};
  const auto pairs = text.open();
  encode_pairs(*pairs, *tokenizer_, limits, threads, [&](EncodedPair& pair) {
    const data::Split split = split_of(pair.source_hash, options_);
    const bool broken = pair.fault == PairFault::empty || pair.fault == PairFault::invalid_utf8;
    const bool skipped =
        broken || (split == data::Split::training && pair.fault != PairFault::none);
    if (skipped) {
      part(data::Split::training).skipped.add(pair.text, pair.fault);
      return true;
    }
    if (options_.max_pairs > 0 && size(data::Split::training) >= options_.max_pairs) return false;
    add(split, pair);
    return true;
  });
  const auto& left_out = part(data::Split::training).skipped;
  base::require(size(data::Split::training) > 0,
                "[data] expected pairs to learn from but got none (data.source, data.target, "
                "data.pairs){}{}",
                left_out.total() > 0 ? "; " : "", left_out.text());
}

const ParallelCorpus::Part& ParallelCorpus::held_out(data::Split split) const {
  base::require(split != data::Split::training,
                "[data] expected a held-out part but the lines of the training text are not kept");
  return part(split);
}
const std::string& ParallelCorpus::source_line(data::Split split, std::int64_t pair) const {
  return held_out(split).source_lines.at(static_cast<std::size_t>(pair));
}
const std::string& ParallelCorpus::target_line(data::Split split, std::int64_t pair) const {
  return held_out(split).target_lines.at(static_cast<std::size_t>(pair));
}

std::string ParallelCorpus::summary() const {
  const auto& training = part(data::Split::training);
  return fmt::format(
      "{} pairs to learn from ({:.2f} M tokens), {} for validation, {} for test, {} pieces in the "
      "vocabulary{}{}",
      base::format_count(size(data::Split::training)),
      static_cast<double>(training.table.ids().size()) * 1e-6,
      base::format_count(size(data::Split::validation)),
      base::format_count(size(data::Split::test)),
      base::format_count(tokenizer_->vocabulary_size()), training.skipped.total() > 0 ? "; " : "",
      training.skipped.text());
}

std::string ParallelCorpus::fingerprint() const {
  std::uint64_t sum = tokenizer_->fingerprint();
  for (const data::Split split : kSplits) {
    const PairTable& table = part(split).table;
    sum = base::derive(sum, static_cast<std::uint64_t>(table.size()));
    for (std::int64_t pair = 0; pair < table.size(); ++pair) {
      for (const auto ids : {table.source(pair), table.target(pair)})
        sum = base::hash_values(ids, sum);
    }
  }
  return fmt::format("{:016x}", sum);
}

}  // namespace roformer::parallel
