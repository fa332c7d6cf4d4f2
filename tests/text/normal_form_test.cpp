// Expected values: Python's unicodedata.normalize; places: the tokenizers package.
#include "roformer/text/normalizer.h"

#include <gtest/gtest.h>

namespace roformer::text {
namespace {

using Codes = std::u32string;

std::vector<NormalizedCharacter> characters_of(const Codes& codes) {
  std::vector<NormalizedCharacter> characters;
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(codes.size()); ++i)
    characters.push_back({codes[static_cast<std::size_t>(i)], {i, i + 1}});
  return characters;
}

Codes form_of(const Codes& codes, bool compatible, bool composed) {
  Codes result;
  for (const auto& c :
       normal_form(characters_of(codes), {.compatible = compatible, .composed = composed}))
    result += c.code;
  return result;
}

TEST(NormalForm, MarksByTheirClass) {
  const Codes marks = U"e\u0301\u0323";  // classes 230 and 220
  EXPECT_EQ(form_of(marks, false, false), U"e\u0323\u0301");
  EXPECT_EQ(form_of(marks, false, true), U"\u1EB9\u0301");
  EXPECT_EQ(form_of(U"\u1E69", false, false), U"s\u0323\u0307");
  EXPECT_EQ(form_of(U"s\u0307\u0323", false, true), U"\u1E69");
}

TEST(NormalForm, Compatible) {
  EXPECT_EQ(form_of(U"\uFB01\u2460", true, true), U"fi1");
  EXPECT_EQ(form_of(U"\uFB01\u2460", false, true), U"\uFB01\u2460");
  EXPECT_EQ(form_of(U"\u1E9B\u0323", true, false), U"s\u0323\u0307");
  EXPECT_EQ(form_of(U"\u1E9B\u0323", true, true), U"\u1E69");
  EXPECT_EQ(form_of(U"\u1E9B\u0323", false, true), U"\u1E9B\u0323");
}

TEST(NormalForm, HangulAndWhatDoesNotCompose) {
  EXPECT_EQ(form_of(U"\uAC01", false, false), U"\u1100\u1161\u11A8");
  EXPECT_EQ(form_of(U"\u1100\u1161\u11A8", false, true), U"\uAC01");
  EXPECT_EQ(form_of(U"\u0344", false, true), U"\u0308\u0301");  // excluded from composition
  EXPECT_EQ(form_of(U"", true, true), U"");
}

TEST(NormalForm, PlacesGoByPosition) {
  const auto decomposed =
      normal_form(characters_of(U"\u00E9x"), {.compatible = false, .composed = false});
  ASSERT_EQ(decomposed.size(), 3u);
  EXPECT_EQ(decomposed[0].source, (Offset{0, 1}));
  EXPECT_EQ(decomposed[1].source, (Offset{0, 1}));
  EXPECT_EQ(decomposed[2].source, (Offset{1, 2}));
  const auto composed =
      normal_form(characters_of(U"e\u0301x"), {.compatible = false, .composed = true});
  ASSERT_EQ(composed.size(), 2u);
  EXPECT_EQ(composed[1].source, (Offset{2, 3}));
}

}  // namespace
}  // namespace roformer::text
