"""Draws desks with sheets, cards and clutter on them, and knows where every sheet lies: what the sheet network learns from.

Everything is drawn anew from a seed: the desk from a folder of textures (any photographs of surfaces will do; Debian's
supertuxkart-data, mate-backgrounds and ukui-wallpapers were used), the sheets from a folder of rendered pages and from
pages drawn here. No labelled photograph is used.
"""
