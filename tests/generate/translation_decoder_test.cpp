#include "roformer/generate/translation_decoder.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"
#include "tests/generate/translation_models.h"

namespace roformer::generate {
namespace {

using torch::Tensor;
using Ids = std::vector<std::int64_t>;

// What the decoder says after `target`, from the whole target at once.
Tensor expected_after(const model::EncoderDecoder& model, const Ids& source, const Ids& target) {
  return log_probabilities(model, source, target)[std::ssize(target)];
}

void expect_close(const Tensor& logits, const Tensor& expected) {
  const Tensor found = torch::log_softmax(logits.to(torch::kDouble), -1);
  EXPECT_LE((found - expected).abs().max().item<double>(), 1e-4);
}

TEST(TranslationDecoder, RowsEqualTheWholeTarget) {
  const auto model = make_translator(translation_config());
  const auto sources = random_sources({5, 1, 9});
  for (const Decoding decoding : {Decoding::cached, Decoding::anew}) {
    TranslationDecoder decoder(model, sources, torch::kCPU, decoding);
    ASSERT_EQ(decoder.num_rows(), 3);
    decoder.advance({test_start, test_start, test_start});
    const Tensor logits = decoder.advance({4, 5, 6});
    ASSERT_EQ(logits.sizes(), torch::IntArrayRef({3, 40}));
    for (std::int64_t r = 0; r < 3; ++r)
      expect_close(logits[r], expected_after(model, sources[static_cast<std::size_t>(r)], {4 + r}));
  }
}

// A row taken twice goes two ways; a sentence without a row has left.
TEST(TranslationDecoder, ChosenRowsGoOn) {
  const auto model = make_translator(translation_config());
  const auto sources = random_sources({5, 3, 9});
  for (const Decoding decoding : {Decoding::cached, Decoding::anew}) {
    TranslationDecoder decoder(model, sources, torch::kCPU, decoding);
    decoder.advance({test_start, test_start, test_start});
    decoder.advance({4, 5, 6});
    decoder.select({2, 0, 0});
    ASSERT_EQ(decoder.num_rows(), 3);
    const Tensor logits = decoder.advance({7, 8, 9});
    expect_close(logits[0], expected_after(model, sources[2], {6, 7}));
    expect_close(logits[1], expected_after(model, sources[0], {4, 8}));
    expect_close(logits[2], expected_after(model, sources[0], {4, 9}));
  }
}

// In places that others left, in new ones, and when nobody is there.
TEST(TranslationDecoder, SentencesComeAndGo) {
  const auto model = make_translator(translation_config());
  const auto sources = random_sources({5, 3, 9, 4, 12, 2});
  for (const Decoding decoding : {Decoding::cached, Decoding::anew}) {
    TranslationDecoder decoder(model, {sources[0], sources[1], sources[2]}, torch::kCPU, decoding);
    decoder.advance({test_start, test_start, test_start});
    decoder.select({0, 2, 2});
    decoder.add({sources[3], sources[4]});
    ASSERT_EQ(decoder.num_rows(), 5);
    const Tensor logits = decoder.advance({4, 5, 6, test_start, test_start});
    expect_close(logits[0], expected_after(model, sources[0], {4}));
    expect_close(logits[1], expected_after(model, sources[2], {5}));
    expect_close(logits[2], expected_after(model, sources[2], {6}));
    expect_close(logits[3], expected_after(model, sources[3], {}));
    expect_close(logits[4], expected_after(model, sources[4], {}));
    decoder.select({4, 1, 4});
    const Tensor next = decoder.advance({7, 8, 9});
    expect_close(next[0], expected_after(model, sources[4], {7}));
    expect_close(next[1], expected_after(model, sources[2], {5, 8}));
    expect_close(next[2], expected_after(model, sources[4], {9}));
    decoder.select({});
    decoder.add({sources[5]});
    expect_close(decoder.advance({test_start})[0], expected_after(model, sources[5], {}));
  }
}

TEST(TranslationDecoder, RefusesWhatCannotWork) {
  auto model = make_translator(translation_config());
  TranslationDecoder decoder(model, random_sources({4}));
  EXPECT_THROW(decoder.advance({1, 1}), Error);
  EXPECT_THROW(decoder.select({1}), std::out_of_range);
  model->train();
  EXPECT_THROW(TranslationDecoder(model, random_sources({4})), Error);
}

}  // namespace
}  // namespace roformer::generate
