#include "roformer/position/complex.h"

#include <cmath>

#include "roformer/position/complex_product.h"
#include "tests/position/golden.h"

namespace roformer::position {
namespace {

const torch::Tensor& word_ids() {
  static const torch::Tensor ids = torch::tensor({2, 0, 1});
  return ids;
}

torch::Tensor golden_wave() {
  return torch::cat({numbers(golden("complex_order").at("embedding_real")),
                     numbers(golden("complex_order").at("embedding_imag"))},
                    -1);
}

// Not rounded to the golden's six decimals.
torch::Tensor exact_wave() {
  const auto rows = [](const torch::Tensor& table) { return table.index_select(0, word_ids()); };
  return complex_wave(rows(gen({3, 4}, 3, 1)), rows(gen({3, 4}, 5, 2)), rows(gen({3, 4}, 7, 3)),
                      torch::arange(1, 4));
}

TEST(Complex, GoldenEmbedding) {
  expect_golden(exact_wave(), golden_wave());
  auto options = golden_options("complex", 1, 8);
  options.settings.complex_phase = true;
  const auto encoding = make_double(options);
  set_parameter(*encoding, "frequencies", gen({3, 4}, 5, 2));
  set_parameter(*encoding, "phases", gen({3, 4}, 7, 3));
  const auto amplitudes = gen({3, 4}, 3, 1).index_select(0, word_ids());
  const auto x = torch::cat({amplitudes, torch::full_like(amplitudes, 7)}, -1);
  const auto positions = encoding->prepare(torch::arange(3), torch::kFloat64);
  expect_golden(encoding->embed(x, word_ids(), positions), golden_wave());
}

TEST(Complex, GoldenScoresOfEachForm) {
  const auto x = exact_wave().unsqueeze(0);
  auto options = golden_options("complex", 1, 8);
  for (const auto& [form, key] : {std::pair{"code", "scores_repository_no_conjugate"},
                                  {"publication", "scores_paper_eq14"}}) {
    options.settings.complex_form = form;
    EXPECT_FALSE(make_double(options)->acts_on_scores());  // moduli, to which nothing is added
    EXPECT_TRUE(acts_on_single_scores(options.settings));
    expect_golden(scores_from_zero(*make_double(options), x, x)[0],
                  numbers(golden("complex_order").at(key)));
  }
  options.settings.complex_form = "real";
  const auto real = make_double(options);
  EXPECT_EQ(real->pair_product(), PairProduct::real);
  expect_golden(torch::matmul(x[0], x[0].t()) / real->score_divisor(8),
                numbers(golden("complex_order").at("scores_real_part")));
}

TEST(Complex, ModulusHasAFiniteGradientAtZero) {
  const auto q = torch::zeros({1, 2, 4}, torch::requires_grad());
  const auto k = torch::ones({1, 2, 4});
  conjugate_product(q, k).modulus().sum().backward();
  EXPECT_TRUE(torch::isfinite(q.grad()).all().item<bool>());
}

TEST(Complex, FrequenciesEachOrShared) {
  auto options = golden_options("complex", 1, 8);
  options.vocab_size = 11;
  for (const auto& [kind, shape] : {std::pair{"each", std::vector<std::int64_t>{11, 4}},
                                    {"word", {11, 1}},
                                    {"dimension", {1, 4}}}) {
    options.settings.complex_frequencies = kind;
    const auto encoding = make_encoding(options);
    const auto frequencies = encoding->named_parameters()["frequencies"];
    EXPECT_EQ(frequencies.sizes(), torch::IntArrayRef(shape));
    if (shape[1] == 1) continue;
    for (int t = 0; t < 4; ++t)
      EXPECT_NEAR(frequencies[0][t].item<double>(), std::pow(10000.0, -2.0 * t / 8), 1e-7);
  }
}

}  // namespace
}  // namespace roformer::position
