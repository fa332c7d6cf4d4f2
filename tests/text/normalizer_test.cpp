// Expected values: the tokenizers package's normalizers of the same names.
#include "roformer/text/normalizer.h"

#include <gtest/gtest.h>

namespace roformer::text {
namespace {

using NormalizerKind = NormalizerStep::Kind;

std::string text_of(std::string_view text, std::vector<NormalizerStep> steps) {
  TokenizerConfig config;
  config.normalizer_steps = std::move(steps);
  return to_utf8(normalize(text, config));
}

std::vector<Offset> sources_of(const std::vector<NormalizedCharacter>& characters) {
  std::vector<Offset> sources;
  for (const auto& c : characters) sources.push_back(c.source);
  return sources;
}

TEST(Normalizer, Bert) {
  const auto characters = normalize(
      "\xC3\x89"
      "a\x01\t\xE4\xB8\xAD",
      NormalizerOptions{}, 5);
  EXPECT_EQ(to_utf8(characters), "ea  \xE4\xB8\xAD ");
  EXPECT_EQ(sources_of(characters),
            (std::vector<Offset>{{5, 6}, {6, 7}, {8, 9}, {9, 10}, {9, 10}, {9, 10}}));
  const NormalizerOptions none{.clean_text = false,
                               .tokenize_chinese_chars = false,
                               .strip_accents = false,
                               .lowercase = false};
  EXPECT_EQ(to_utf8(normalize("\xC3\x89\t\xE4\xB8\xAD", none)), "\xC3\x89\t\xE4\xB8\xAD");
}

TEST(Normalizer, AccentsGoWithLowerCaseUnlessAsked) {
  EXPECT_EQ(to_utf8(normalize("\xC3\x89", NormalizerOptions{.strip_accents = false})), "\xC3\xA9");
  EXPECT_EQ(
      to_utf8(normalize("\xC3\x89", NormalizerOptions{.strip_accents = true, .lowercase = false})),
      "E");
  EXPECT_EQ(to_utf8(normalize("\xC3\x89", NormalizerOptions{.lowercase = false})), "\xC3\x89");
}

TEST(Normalizer, Forms) {
  EXPECT_EQ(text_of("e\xCC\x81", {{.kind = NormalizerKind::nfc}}), "\xC3\xA9");
  EXPECT_EQ(text_of("\xC3\xA9", {{.kind = NormalizerKind::nfd}}), "e\xCC\x81");
  EXPECT_EQ(text_of("\xEF\xAC\x81", {{.kind = NormalizerKind::nfkc}}), "fi");
  EXPECT_EQ(text_of("\xEF\xAC\x81", {{.kind = NormalizerKind::nfc}}), "\xEF\xAC\x81");
  EXPECT_EQ(text_of("\xEF\xAC\x81\xC3\xA9", {{.kind = NormalizerKind::nfkd}}), "fie\xCC\x81");
  EXPECT_EQ(text_of("e\xCC\x81", {{.kind = NormalizerKind::strip_accents}}), "e");
  EXPECT_EQ(text_of("AB", {{.kind = NormalizerKind::lowercase}}), "ab");
}

TEST(Normalizer, StripReplacePrepend) {
  EXPECT_EQ(text_of("\t a \xE3\x80\x80", {{.kind = NormalizerKind::strip}}), "a");
  EXPECT_EQ(text_of(" a ", {{.kind = NormalizerKind::strip, .right = false}}), "a ");
  EXPECT_EQ(text_of(" a ", {{.kind = NormalizerKind::strip, .left = false}}), " a");
  EXPECT_EQ(text_of("  ", {{.kind = NormalizerKind::strip}}), "");
  const NormalizerStep replace{.kind = NormalizerKind::replace, .pattern = "--", .content = "xyz"};
  EXPECT_EQ(text_of("a-----b", {replace}), "axyzxyz-b");
  TokenizerConfig config;
  config.normalizer_steps = {replace};
  EXPECT_EQ(sources_of(normalize("--b", config)),
            (std::vector<Offset>{{1, 2}, {1, 2}, {1, 2}, {2, 3}}));
  const NormalizerStep prepend{.kind = NormalizerKind::prepend, .content = "ab"};
  EXPECT_EQ(text_of("c", {prepend}), "abc");
  EXPECT_EQ(text_of("", {prepend}), "");
}

TEST(Normalizer, StepsInTheirOrder) {
  const NormalizerStep replace{.kind = NormalizerKind::replace, .pattern = "a", .content = "b"};
  const NormalizerStep lower{.kind = NormalizerKind::lowercase};
  EXPECT_EQ(text_of("aA", {replace, lower}), "ba");
  EXPECT_EQ(text_of("aA", {lower, replace}), "bb");
}

}  // namespace
}  // namespace roformer::text
