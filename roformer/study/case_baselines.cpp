#include "roformer/study/case_baselines.h"

#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include "roformer/base/log.h"
#include "roformer/pipeline/embed.h"
#include "roformer/unicode/utf8.h"

namespace roformer::study {
namespace {

using labelled::Query;
using Similarity = std::function<double(const std::string& a, const std::string& b)>;

std::vector<double> right_by(const std::vector<Query>& triplets, const Similarity& similarity) {
  std::vector<double> right;
  for (const Query& query : triplets) {
    bool in_order = true;
    for (std::size_t i = 0; i < query.texts.size(); ++i) {
      for (std::size_t j = 0; j < query.texts.size(); ++j) {
        if (query.grades[i] <= query.grades[j]) continue;
        const double lead =
            similarity(query.text, query.texts[i]) - similarity(query.text, query.texts[j]);
        in_order = in_order && lead > 0;
      }
    }
    right.push_back(in_order ? 1 : 0);
  }
  return right;
}

std::vector<std::string> distinct_texts(const std::vector<Query>& triplets) {
  std::set<std::string> texts;
  for (const Query& query : triplets) {
    texts.insert(query.text);
    texts.insert(query.texts.begin(), query.texts.end());
  }
  return {texts.begin(), texts.end()};
}

using Bigrams = std::unordered_map<std::uint64_t, double>;  // two code points → weight

Bigrams count_bigrams(const std::string& text) {
  constexpr int bits = 32;
  Bigrams counts;
  const std::u32string letters = unicode::to_code_points(text);
  for (std::size_t i = 0; i + 1 < letters.size(); ++i)
    ++counts[std::uint64_t{letters[i]} << bits | letters[i + 1]];
  return counts;
}

double product(const Bigrams& a, const Bigrams& b) {
  double sum = 0;
  for (const auto& [bigram, weight] : a) {
    const auto other = b.find(bigram);
    if (other != b.end()) sum += weight * other->second;
  }
  return sum;
}

// Vectors of length 1, by text.
std::map<std::string, Bigrams> bigram_vectors(const std::vector<std::string>& texts) {
  std::map<std::string, Bigrams> vectors;
  std::unordered_map<std::uint64_t, double> texts_with;
  for (const std::string& text : texts) {
    vectors[text] = count_bigrams(text);
    for (const auto& [bigram, count] : vectors[text]) ++texts_with[bigram];
  }
  const auto count = static_cast<double>(texts.size());
  for (auto& [text, vector] : vectors) {
    for (auto& [bigram, weight] : vector)
      weight *= std::log((1 + count) / (1 + texts_with[bigram])) + 1;
    const double length = std::sqrt(product(vector, vector));
    for (auto& [bigram, weight] : vector) weight /= length;
  }
  return vectors;
}

}  // namespace

std::vector<double> right_by_bigrams(const std::vector<Query>& triplets) {
  const auto vectors = bigram_vectors(distinct_texts(triplets));
  return right_by(triplets, [&](const std::string& a, const std::string& b) {
    return product(vectors.at(a), vectors.at(b));
  });
}

std::vector<double> right_by_encoder(const std::vector<Query>& triplets,
                                     const std::filesystem::path& folder, c10::Device device) {
  const auto texts = distinct_texts(triplets);
  pipeline::EmbedOptions options;
  options.device = device;
  options.poolings = {pipeline::Pooling::mean};
  options.normalize = true;
  options.length.truncate = true;
  pipeline::Embed embed = pipeline::open_embed(folder, options);
  const torch::Tensor vectors = embed({texts, 1});
  if (embed.cut_lines() > 0)
    spdlog::warn("{}: {} of {} texts are longer than its {} positions and cut there",
                 folder.string(), embed.cut_lines(), texts.size(), embed.max_length());
  std::map<std::string, std::int64_t> rows;
  for (const std::string& text : texts) rows.emplace(text, std::ssize(rows));
  const torch::Tensor products = vectors.mm(vectors.t()).to(torch::kFloat64).contiguous();
  const auto cosine = products.accessor<double, 2>();
  return right_by(triplets, [&](const std::string& a, const std::string& b) {
    return cosine[rows.at(a)][rows.at(b)];
  });
}

}  // namespace roformer::study
