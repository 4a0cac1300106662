{# The hashtags of a text, lower case, in order, parted by one space; an empty text when there are none. #}
{% macro hashtags_of(text) %}{{ return(adapter.dispatch('hashtags_of')(text)) }}{% endmacro %}

{% macro default__hashtags_of(text) -%}
    lower(array_to_string(regexp_extract_all({{ text }}, '[#＃]([\p{L}\p{M}\p{N}_]+)', 1), ' '))
{%- endmacro %}

{% macro spark__hashtags_of(text) -%}
    lower(array_join(regexp_extract_all({{ text }}, '[#＃]([\\p{L}\\p{M}\\p{N}_]+)', 1), ' '))
{%- endmacro %}

{# A campaign tag as it is kept: its first 255 characters, so that junk of any length stays a name. #}
{% macro tag(text) -%}
    substring({{ text }}, 1, 255)
{%- endmacro %}

{# The value of one parameter of a URL's query, NULL when it is absent or empty. #}
{% macro url_parameter(url, name) -%}
    nullif({{ tag("regexp_extract(" ~ url ~ ", '[?&]" ~ name ~ "=([^&#]*)', 1)") }}, '')
{%- endmacro %}

{# A URL's path: without scheme, host, query and fragment. #}
{% macro url_path(url) -%}
    nullif(regexp_extract({{ url }}, '^(?:[a-z]+://[^/?#]*)?([^?#]*)', 1), '')
{%- endmacro %}
