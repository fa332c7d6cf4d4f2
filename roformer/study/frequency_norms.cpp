#include "roformer/study/frequency_norms.h"

#include <fmt/format.h>
#include <torch/utils.h>

#include <limits>
#include <numbers>

#include "roformer/study/picture.h"
#include "roformer/study/studies.h"

namespace roformer::study {

namespace fs = std::filesystem;

namespace {

using torch::Tensor;

constexpr const char* kNormsSay =
    "Queries and keys of trained models before they turn: the mean length of pair i, "
    "|q_[2i:2i+1]| and |k_[2i:2i+1]| over tokens and heads, by layer. Pair i turns by θ_i a "
    "position, once in 2π/θ_i positions: from left to right ever more slowly. A score can hang on "
    "the distance only through pairs that are long and turn.";
constexpr std::int64_t kShownPairs = 16;

std::vector<double> doubles(const Tensor& row) {
  const Tensor x = row.contiguous();
  return {x.const_data_ptr<double>(), x.const_data_ptr<double>() + x.numel()};
}

std::vector<std::vector<double>> rows_of(const Tensor& matrix) {
  std::vector<std::vector<double>> rows;
  for (std::int64_t row = 0; row < matrix.size(0); ++row) rows.push_back(doubles(matrix[row]));
  return rows;
}

report::HeatMap norm_map(const std::string& title, const Tensor& norms) {
  report::HeatMap map{title, "pair i of dimensions", "layer", {}, rows_of(norms)};
  for (std::int64_t layer = 0; layer < norms.size(0); ++layer)
    map.rows.push_back(fmt::format("layer {}", layer));
  return map;
}

double wavelength(double frequency) {
  return frequency > 0 ? 2 * std::numbers::pi / frequency : std::numeric_limits<double>::infinity();
}

// Some of the pairs, the first and the last among them.
report::Table norm_table(const FrequencyNorms& norms, const std::vector<double>& frequencies) {
  report::Table table;
  table.caption = "Mean lengths over all layers";
  table.columns = {"pair", "θ_i", "positions a turn", "query", "key"};
  table.align = {report::Align::right};
  const auto q = doubles(norms.q.mean(0)), k = doubles(norms.k.mean(0));
  const std::int64_t last = std::ssize(frequencies) - 1;
  const std::int64_t rows = std::min(last, kShownPairs - 1);
  for (std::int64_t row = 0; row <= rows; ++row) {
    const auto pair = static_cast<std::size_t>(rows == 0 ? 0 : row * last / rows);
    table.rows.push_back({std::to_string(pair), short_number(frequencies[pair]),
                          short_number(wavelength(frequencies[pair])), short_number(q[pair]),
                          short_number(k[pair])});
  }
  return table;
}

std::string longest_remark(const char* what, const Tensor& norms,
                           const std::vector<double>& frequencies) {
  const Tensor mean = norms.mean(0);
  const auto pair = mean.argmax().item<std::int64_t>();
  return fmt::format(
      "{} are longest in pair {}, which turns once in {} positions: {} there, {} in the mean of "
      "all "
      "pairs.",
      what, pair, short_number(wavelength(frequencies[static_cast<std::size_t>(pair)])),
      short_number(mean[pair].item<double>()), short_number(mean.mean().item<double>()));
}

PictureSection norms_section(const fs::path& folder, std::size_t number,
                             const StudyOptions& options, nlohmann::ordered_json& numbers) {
  const TurningModel model(folder, options);
  const FrequencyNorms norms = frequency_norms(model);
  const auto frequencies = model.frequencies(0);
  numbers["models"].push_back({{"model", folder.string()},
                               {"text", norms.text},
                               {"frequencies", frequencies},
                               {"query", rows_of(norms.q)},
                               {"key", rows_of(norms.k)}});
  PictureSection section;
  section.heading = folder.string();
  section.remarks = {
      longest_remark("Queries", norms.q, frequencies), longest_remark("Keys", norms.k, frequencies),
      fmt::format("What turns: {}, {} pairs; {}.", model.words(), frequencies.size(), norms.text)};
  section.maps = {{fmt::format("queries-{}", number), norm_map("Lengths of queries", norms.q)},
                  {fmt::format("keys-{}", number), norm_map("Lengths of keys", norms.k)}};
  section.tables = {norm_table(norms, frequencies)};
  return section;
}

}  // namespace

Tensor pair_norms(const Tensor& x) {
  return x.unflatten(-1, {-1, 2}).square().sum(-1).sqrt();
}

FrequencyNorms frequency_norms(const TurningModel& model) {
  FrequencyNorms norms;
  std::vector<Tensor> q, k;
  std::vector<double> vectors;
  norms.text = model.read(
      [&](std::int64_t number, const TurningVectors& turning, const packed::PackedBatch&) {
        const auto layer = static_cast<std::size_t>(number);
        const Tensor of_q = pair_norms(turning.q).flatten(0, 1).sum(0),
                     of_k = pair_norms(turning.k).flatten(0, 1).sum(0);
        if (layer == q.size()) {
          q.push_back(torch::zeros_like(of_q));
          k.push_back(torch::zeros_like(of_k));
          vectors.push_back(0);
        }
        q[layer] += of_q;
        k[layer] += of_k;
        vectors[layer] += static_cast<double>(turning.q.size(0) * turning.q.size(1));
      });
  const Tensor counts = torch::tensor(vectors, torch::kFloat64).unsqueeze(1);
  norms.q = torch::stack(q) / counts;
  norms.k = torch::stack(k) / counts;
  return norms;
}

int reproduce_frequency_norms(const StudyOptions& options) {
  Picture picture{"frequency-norms", "Queries and keys by frequency", kNormsSay, {}, {}};
  for (std::size_t i = 0; i < options.models.size(); ++i)
    picture.sections.push_back(norms_section(options.models[i], i + 1, options, picture.numbers));
  show_picture(picture, options);
  return 0;
}

}  // namespace roformer::study
