// The library fmt, compiled once: the distribution has no static one, and its header-only form costs each source
// seconds. The build looks whether this file still fits the fmt that is installed, and takes the header-only form where
// it does not.
#include <fmt/format-inl.h>

#include <locale>

// What fmt's headers declare as compiled elsewhere, as far as oversee formats it.
namespace fmt::detail {

template dragonbox::decimal_fp<float> dragonbox::to_decimal(float value) noexcept;
template dragonbox::decimal_fp<double> dragonbox::to_decimal(double value) noexcept;

template locale_ref::locale_ref(const std::locale& locale);
template std::locale locale_ref::get<std::locale>() const;

template thousands_sep_result<char> thousands_sep_impl(locale_ref locale);
template char decimal_point_impl(locale_ref locale);

template void buffer<char>::append(const char* begin, const char* end);

}  // namespace fmt::detail
