#include "roformer/generate/sentence_beams.h"

#include <algorithm>

namespace roformer::generate {

SentenceBeams::SentenceBeams(const BeamOptions& options, std::int64_t end_token,
                             std::int64_t max_length, std::vector<std::int64_t> prefix)
    : options_(&options),
      end_token_(end_token),
      max_length_(max_length),
      prefix_(std::move(prefix)) {}

Choice SentenceBeams::choice(std::size_t beam) const {
  if (length_ < std::ssize(prefix_)) return {prefix_[static_cast<std::size_t>(length_)], {}};
  if (length_ >= max_length_) return {end_token_, {}};
  Choice choice{{}, repeating_tokens(running_[beam].ids, options_->no_repeat_ngram_size)};
  if (length_ < options_->min_length) choice.excluded.push_back(end_token_);
  return choice;
}

void SentenceBeams::finish(const Candidate& candidate) {
  const double score = score_of(candidate.log_probability, length_ + 1, *options_);
  const auto place = std::upper_bound(
      finished_.begin(), finished_.end(), score,
      [](double value, const Hypothesis& hypothesis) { return value > hypothesis.score; });
  finished_.insert(place, {running_[static_cast<std::size_t>(candidate.beam)].ids, score,
                           candidate.log_probability});
  if (std::ssize(finished_) > options_->beam_size) finished_.pop_back();
}

// After the step, when beams that run on are sorted and one token longer.
bool SentenceBeams::is_done() const {
  if (running_.empty()) return true;
  if (std::ssize(finished_) < options_->beam_size) return false;
  if (options_->stopping == StoppingRule::full_beam) return true;
  const double best = score_of(running_.front().log_probability, length_, *options_);
  return best <= finished_.back().score;
}

// The end token counts within the beam_size best only: further down it would finish what the beam
// has no place for. There are 2 · beam_size so that beam_size run on even if each may end.
std::vector<std::int64_t> SentenceBeams::advance(std::vector<Candidate> candidates) {
  std::stable_sort(
      candidates.begin(), candidates.end(),
      [](const Candidate& a, const Candidate& b) { return a.log_probability > b.log_probability; });
  const auto size = static_cast<std::size_t>(options_->beam_size);
  candidates.resize(std::min(candidates.size(), 2 * size));
  std::vector<std::int64_t> parents;
  std::vector<Beam> next;
  for (std::size_t rank = 0; rank < candidates.size() && next.size() < size; ++rank) {
    const Candidate& candidate = candidates[rank];
    if (candidate.token == end_token_) {
      if (rank < size) finish(candidate);
      continue;
    }
    Beam beam{running_[static_cast<std::size_t>(candidate.beam)].ids, candidate.log_probability};
    beam.ids.push_back(candidate.token);
    next.push_back(std::move(beam));
    parents.push_back(candidate.beam);
  }
  running_ = std::move(next);
  ++length_;
  if (!is_done()) return parents;
  running_.clear();
  return {};
}

std::vector<Hypothesis> SentenceBeams::best() const {
  const auto count =
      std::min<std::size_t>(finished_.size(), static_cast<std::size_t>(options_->n_best));
  return {finished_.begin(), finished_.begin() + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace roformer::generate
